// A dense, row-major array with a run-time element type: how numbers enter and leave the library.
//
// It is a value that shares its storage: copying a Tensor copies a pointer, clone() copies the
// numbers. It is not a mathematics library: there are no operators here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "albert/export.h"

namespace ALBERT_API albert {

/// Element types, in the rank order of the safetensors format.
enum class DType : std::uint8_t { boolean, u8, i8, i16, u16, f16, bf16, i32, u32, f32, f64, i64, u64 };

[[nodiscard]] std::size_t size_of(DType dtype) noexcept;  ///< bytes of one element
[[nodiscard]] bool is_floating(DType dtype) noexcept;
[[nodiscard]] std::string_view to_string(DType dtype) noexcept;  ///< "float32", "int64", ... as in config.json's torch_dtype
/// The dtype of a name such as "float32"; Error{value} when there is none.
[[nodiscard]] DType dtype_from_string(std::string_view name);

/// The DType of a C++ arithmetic type: dtype_of<float> == DType::f32.
template <class T>
inline constexpr DType dtype_of = [] {
  static_assert(sizeof(T) == 0, "no DType for this C++ type");
  return DType::f32;
}();
template <>
inline constexpr DType dtype_of<bool> = DType::boolean;
template <>
inline constexpr DType dtype_of<std::uint8_t> = DType::u8;
template <>
inline constexpr DType dtype_of<std::int8_t> = DType::i8;
template <>
inline constexpr DType dtype_of<std::int16_t> = DType::i16;
template <>
inline constexpr DType dtype_of<std::uint16_t> = DType::u16;
template <>
inline constexpr DType dtype_of<std::int32_t> = DType::i32;
template <>
inline constexpr DType dtype_of<std::uint32_t> = DType::u32;
template <>
inline constexpr DType dtype_of<float> = DType::f32;
template <>
inline constexpr DType dtype_of<double> = DType::f64;
template <>
inline constexpr DType dtype_of<std::int64_t> = DType::i64;
template <>
inline constexpr DType dtype_of<std::uint64_t> = DType::u64;

class Tensor {
 public:
  /// An empty float32 tensor of shape [0].
  Tensor();
  /// Zero-filled. Error{value} on a negative extent, Error{resource} when the size overflows.
  Tensor(DType dtype, std::vector<std::int64_t> shape);
  /// Views memory that `owner` keeps alive (a mapped file, an array of the caller). `data` must be
  /// aligned to size_of(dtype) and hold the product of `shape` elements.
  static Tensor view(DType dtype, std::vector<std::int64_t> shape, const void* data, std::shared_ptr<const void> owner);
  /// Copies `values`; their count must be the product of `shape`.
  template <class T>
  static Tensor from(std::vector<std::int64_t> shape, std::span<const T> values);
  template <class T>
  static Tensor from(std::vector<std::int64_t> shape, const std::vector<T>& values) {
    return from(std::move(shape), std::span<const T>(values));
  }

  [[nodiscard]] DType dtype() const noexcept { return dtype_; }
  [[nodiscard]] const std::vector<std::int64_t>& shape() const noexcept { return shape_; }
  [[nodiscard]] std::int64_t rank() const noexcept { return static_cast<std::int64_t>(shape_.size()); }
  /// Extent of an axis; a negative axis counts from the end. Error{index}.
  [[nodiscard]] std::int64_t dim(std::int64_t axis) const;
  [[nodiscard]] std::int64_t size() const noexcept { return size_; }  ///< number of elements
  [[nodiscard]] std::size_t bytes() const noexcept;
  [[nodiscard]] const std::byte* data() const noexcept { return data_; }

  /// The elements. Error{type} when T is not the element type.
  template <class T>
  [[nodiscard]] std::span<const T> values() const;
  /// The elements, writable. Error{value} for a tensor made by view().
  template <class T>
  [[nodiscard]] std::span<T> mutable_values();
  [[nodiscard]] std::byte* mutable_data();

  [[nodiscard]] Tensor clone() const;                                   ///< owns its storage
  [[nodiscard]] Tensor to(DType dtype) const;                           ///< converted copy; itself when the type is the same
  [[nodiscard]] Tensor reshape(std::vector<std::int64_t> shape) const;  ///< same storage. Error{value}
  /// The elements from `first` on as a tensor of `shape`; same storage. Error{index} beyond the end.
  [[nodiscard]] Tensor slice(std::int64_t first, std::vector<std::int64_t> shape) const;

 private:
  DType dtype_ = DType::f32;
  bool writable_ = true;
  std::int64_t size_ = 0;
  std::vector<std::int64_t> shape_;
  std::byte* data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

/// "[2, 7, 16]"
[[nodiscard]] std::string to_string(const std::vector<std::int64_t>& shape);

}  // namespace ALBERT_API albert
