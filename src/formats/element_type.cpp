#include "formats/element_type.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

namespace albert::formats {
namespace {

constexpr std::array<std::string_view, 13> kNames = {"BOOL", "U8",  "I8",  "I16", "U16", "F16", "BF16",
                                                     "I32",  "U32", "F32", "F64", "I64", "U64"};

}  // namespace

std::string_view safetensors_name(DType dtype) noexcept { return kNames[static_cast<std::size_t>(dtype)]; }

std::optional<DType> dtype_from_safetensors(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<DType>(i);
  return std::nullopt;
}

std::optional<std::uint64_t> byte_size(DType dtype, const std::vector<std::int64_t>& shape) noexcept {
  // The limit is that of std::ptrdiff_t: a size that no pointer difference can express is no size.
  constexpr auto kLimit = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t bytes = size_of(dtype);
  bool empty = false;
  for (const std::int64_t extent : shape) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (bytes > kLimit / static_cast<std::uint64_t>(extent)) return std::nullopt;
    bytes *= static_cast<std::uint64_t>(extent);
  }
  return empty ? 0 : bytes;
}

Tensor view_or_copy(DType dtype, std::vector<std::int64_t> shape, const std::byte* data, const std::shared_ptr<const void>& owner) {
  const std::uint64_t bytes = byte_size(dtype, shape).value_or(0);
  if (bytes == 0) return Tensor(dtype, std::move(shape));
  if (dtype == DType::boolean && std::any_of(data, data + bytes, [](std::byte value) { return value > std::byte{1}; })) {
    // A C++ bool holds 0 or 1 and nothing else; the file may say "true" with any byte.
    Tensor truth(dtype, std::move(shape));
    std::transform(data, data + bytes, truth.mutable_data(), [](std::byte value) { return value == std::byte{0} ? value : std::byte{1}; });
    return truth;
  }
  if (reinterpret_cast<std::uintptr_t>(data) % size_of(dtype) == 0) return Tensor::view(dtype, std::move(shape), data, owner);
  Tensor copy(dtype, std::move(shape));
  std::memcpy(copy.mutable_data(), data, static_cast<std::size_t>(bytes));
  return copy;
}

}  // namespace albert::formats
