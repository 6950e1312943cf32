// The library's version.
#pragma once

#include <string_view>

namespace albert {

/// "MAJOR.MINOR.PATCH" of the library that is linked.
[[nodiscard]] std::string_view version() noexcept;

}  // namespace albert
