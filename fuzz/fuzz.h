// What every fuzz target shares: input as a file in memory, and the rule that bad input ends in an
// albert::Error that blames the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

#include "albert/error.h"
#include "base/file.h"

namespace fuzz {

[[noreturn]] inline void finding(const char* what) {
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

/// Ends the program when a property does not hold.
inline void expect(bool holds, const char* property) {
  if (!holds) finding(property);
}

/// Runs `action`; false when it refused its input. Any other exception is a finding.
template <class Action>
bool accepts(Action&& action) {
  try {
    action();
    return true;
  } catch (const albert::Error& error) {
    if (error.code() == albert::ErrorCode::internal) finding(error.what());
    return false;
  }
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

inline std::shared_ptr<const albert::MappedFile> file_of(const std::uint8_t* data, std::size_t size) {
  return albert::MappedFile::from_memory(std::as_bytes(std::span(data, size)), "input");
}

/// Reads every byte, so that a sanitizer sees a view that is not backed.
inline void touch(std::span<const std::byte> bytes) {
  unsigned sum = 0;
  for (const std::byte byte : bytes) sum += std::to_integer<unsigned>(byte);
  volatile unsigned sink = sum;
  (void)sink;
}

}  // namespace fuzz
