// Versions as Python packages write them (PEP 440), for `configuration_files`.
#pragma once

#include <string_view>

namespace albert {

/// The release of transformers whose behaviour and files this library follows.
inline constexpr std::string_view reference_version = "4.34.1";

/// Whether `version` is later than reference_version. Error{value} when it is not a version.
[[nodiscard]] bool is_later_version(std::string_view version);

}  // namespace albert
