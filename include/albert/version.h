// The library's version and what it was built with.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "albert/export.h"

namespace ALBERT_API albert {

/// "MAJOR.MINOR.PATCH" of the library that is linked.
[[nodiscard]] std::string_view version() noexcept;

/// Compiler and libraries, by name: {"compiler", "g++ 12.2.0"}, {"fmt", "9.1.0"} ...
[[nodiscard]] std::vector<std::pair<std::string, std::string>> build_information();

}  // namespace ALBERT_API albert
