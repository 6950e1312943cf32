// Single elements of a tensor whose type is known at run time only.
#pragma once

#include <cstdint>

#include "albert/tensor.h"

namespace albert {

[[nodiscard]] inline bool is_integer(DType dtype) noexcept { return !is_floating(dtype) && dtype != DType::boolean; }

/// Element i as a double. Integers beyond 2^53 are rounded.
[[nodiscard]] double number_at(const Tensor& tensor, std::int64_t i) noexcept;
/// Element i as an integer, truncated towards zero; what does not fit becomes the nearest that does, NaN becomes 0.
[[nodiscard]] std::int64_t integer_at(const Tensor& tensor, std::int64_t i) noexcept;

}  // namespace albert
