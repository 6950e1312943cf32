// The three forms of the reference: which one's arithmetic to follow where they differ.
#pragma once

#include <string_view>

#include "albert/export.h"

namespace ALBERT_API albert {

enum class Flavor { pytorch, tensorflow, flax };

[[nodiscard]] std::string_view to_string(Flavor flavor) noexcept;
/// "pytorch", "tensorflow" or "flax"; Error{value}.
[[nodiscard]] Flavor flavor_from_string(std::string_view name);

}  // namespace ALBERT_API albert
