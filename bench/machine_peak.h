// What one core can do at most: the yardstick of the other benchmarks.
#pragma once

#include <string_view>

namespace albert::bench {

/// Best of a few hundred short runs of independent multiply-adds in registers, in GFLOP/s of one
/// core. `isa` as in DeviceOptions; the machine must have it.
[[nodiscard]] double multiply_add_peak(std::string_view isa, double seconds);

/// Best rate of reading `bytes` again and again on one core, in GB/s.
[[nodiscard]] double read_bandwidth(std::size_t bytes, double seconds);

/// Seconds since some fixed moment.
[[nodiscard]] double now();

/// Seconds that the calling thread has computed: what to measure a single thread by, since other
/// work on the machine does not count.
[[nodiscard]] double thread_now();

}  // namespace albert::bench
