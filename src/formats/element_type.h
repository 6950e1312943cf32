// Names of element types in file formats, and overflow-checked tensor sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "albert/tensor.h"

namespace albert::formats {

/// "F32", "BF16", ...: the names of safetensors, which DType's rank order follows.
[[nodiscard]] std::string_view safetensors_name(DType dtype) noexcept;
[[nodiscard]] std::optional<DType> dtype_from_safetensors(std::string_view name) noexcept;

/// Product of `shape` times the element size, or null when it overflows or an extent is negative.
[[nodiscard]] std::optional<std::uint64_t> byte_size(DType dtype, const std::vector<std::int64_t>& shape) noexcept;

/// Elements at `data`: a view that keeps `owner` alive, or a copy where the address is unaligned.
[[nodiscard]] Tensor view_or_copy(DType dtype, std::vector<std::int64_t> shape, const std::byte* data,
                                  const std::shared_ptr<const void>& owner);

}  // namespace albert::formats
