// Throwing albert::Error in one line.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

#include "albert/error.h"

namespace albert {

/// throw Error(code, fmt::format(...)).
template <class... Arguments>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw Error(code, fmt::format(format, std::forward<Arguments>(arguments)...));
}

/// fail(...) unless `condition` holds.
template <class... Arguments>
void require(bool condition, ErrorCode code, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (!condition) [[unlikely]]
    throw Error(code, fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace albert
