// Prints what one core of this machine can do: multiply-adds by instruction set, reading by size.
#include <fmt/format.h>

#include "albert/device.h"
#include "machine_peak.h"

int main() {
  fmt::print("{:<10} {:>10}\n", "isa", "GFLOP/s");
  for (const albert::InstructionSet& set : albert::instruction_sets())
    if (set.available) fmt::print("{:<10} {:>10.1f}\n", set.name, albert::bench::multiply_add_peak(set.name, 1.0));
  fmt::print("\n{:<10} {:>10}\n", "KiB read", "GB/s");
  for (const std::size_t kib : {16U, 256U, 2048U, 16384U, 262144U})
    fmt::print("{:<10} {:>10.1f}\n", kib, albert::bench::read_bandwidth(std::size_t{kib} << 10U, 0.5));
}
