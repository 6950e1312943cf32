#include "base/memory.h"

#include <algorithm>
#include <exception>
#include <fstream>
#include <limits>
#include <string>

#include "base/check.h"

namespace albert {
namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

/// MemAvailable and SwapFree of /proc/meminfo.
std::uint64_t of_machine() {
  std::ifstream file("/proc/meminfo");
  std::uint64_t total = 0, kilobytes = 0;
  bool known = false;
  for (std::string name, rest; file >> name >> kilobytes; std::getline(file, rest)) {
    if (name != "MemAvailable:" && name != "SwapFree:") continue;
    known = known || name == "MemAvailable:";
    total += kilobytes * 1024;
  }
  return known ? total : kUnknown;
}

/// The limit of the control group ("max", or a huge number, when there is none), in either version's file.
std::uint64_t of_group() {
  std::uint64_t least = kUnknown;
  for (const char* name : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"})
    if (std::uint64_t limit = 0; std::ifstream(name) >> limit) least = std::min(least, limit);
  return least;
}

}  // namespace

std::uint64_t available_memory() noexcept {
  try {
    return std::min(of_machine(), of_group());
  } catch (const std::exception&) {
    return kUnknown;
  }
}

void require_memory(std::uint64_t bytes, std::string_view what) {
  constexpr std::uint64_t kSmall = std::uint64_t{1} << 28;
  if (bytes < kSmall) return;
  const std::uint64_t available = available_memory();
  require(bytes <= available, ErrorCode::resource, "{}: {} bytes are needed, {} are available", what, bytes, available);
}

}  // namespace albert
