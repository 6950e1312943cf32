#include "albert/tensor.h"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "base/check.h"
#include "base/half.h"
#include "base/memory.h"

namespace albert {
namespace {

struct DTypeInfo {
  std::string_view name;
  std::size_t size;
};
constexpr std::array<DTypeInfo, 13> kDTypes{{{"bool", 1},
                                             {"uint8", 1},
                                             {"int8", 1},
                                             {"int16", 2},
                                             {"uint16", 2},
                                             {"float16", 2},
                                             {"bfloat16", 2},
                                             {"int32", 4},
                                             {"uint32", 4},
                                             {"float32", 4},
                                             {"float64", 8},
                                             {"int64", 8},
                                             {"uint64", 8}}};

constexpr std::size_t kAlignment = 64;

/// Number of elements of a shape; Error on a negative extent or when the bytes overflow.
std::int64_t count_elements(const std::vector<std::int64_t>& shape, DType dtype) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    require(extent >= 0, ErrorCode::value, "a tensor's extents must not be negative: got shape {}", to_string(shape));
    require(!__builtin_mul_overflow(count, extent, &count), ErrorCode::resource, "a tensor of shape {} is too large", to_string(shape));
  }
  std::int64_t bytes = 0;
  require(!__builtin_mul_overflow(count, static_cast<std::int64_t>(size_of(dtype)), &bytes), ErrorCode::resource,
          "a tensor of shape {} is too large", to_string(shape));
  return count;
}

/// Calls visit with a null pointer of the C++ type that stores `dtype`; half types are visited as their tags.
struct Half {
  std::uint16_t bits;
  static Half from(double value) { return {float_to_float16(static_cast<float>(value))}; }
  explicit operator double() const { return float16_to_float(bits); }
};
struct BFloat {
  std::uint16_t bits;
  static BFloat from(double value) { return {float_to_bfloat16(static_cast<float>(value))}; }
  explicit operator double() const { return bfloat16_to_float(bits); }
};

template <class Visit>
void visit_dtype(DType dtype, Visit&& visit) {
  switch (dtype) {
    case DType::boolean:
      return visit(bool{});
    case DType::u8:
      return visit(std::uint8_t{});
    case DType::i8:
      return visit(std::int8_t{});
    case DType::i16:
      return visit(std::int16_t{});
    case DType::u16:
      return visit(std::uint16_t{});
    case DType::f16:
      return visit(Half{});
    case DType::bf16:
      return visit(BFloat{});
    case DType::i32:
      return visit(std::int32_t{});
    case DType::u32:
      return visit(std::uint32_t{});
    case DType::f32:
      return visit(float{});
    case DType::f64:
      return visit(double{});
    case DType::i64:
      return visit(std::int64_t{});
    case DType::u64:
      return visit(std::uint64_t{});
  }
}

template <class To, class From>
To convert(From value) {
  if constexpr (requires { To::from(0.0); }) {
    return To::from(static_cast<double>(value));
  } else if constexpr (std::is_same_v<From, Half> || std::is_same_v<From, BFloat>) {
    return convert<To>(static_cast<double>(value));
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    // Out-of-range values and NaN have no defined conversion: clamp, NaN to 0.
    if (std::isnan(value)) return To{};
    if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    if (value >= static_cast<From>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    return static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace

std::size_t size_of(DType dtype) noexcept { return kDTypes[static_cast<std::size_t>(dtype)].size; }

bool is_floating(DType dtype) noexcept { return dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f32 || dtype == DType::f64; }

std::string_view to_string(DType dtype) noexcept { return kDTypes[static_cast<std::size_t>(dtype)].name; }

DType dtype_from_string(std::string_view name) {
  for (std::size_t i = 0; i < kDTypes.size(); ++i)
    if (kDTypes[i].name == name) return static_cast<DType>(i);
  fail(ErrorCode::value, "unknown dtype '{}': expected a name such as float32, bfloat16 or int64", name);
}

std::string to_string(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

Tensor::Tensor() : shape_{0} {}

Tensor::Tensor(DType dtype, std::vector<std::int64_t> shape)
    : dtype_(dtype), size_(count_elements(shape, dtype)), shape_(std::move(shape)) {
  const std::size_t count = bytes();
  if (count == 0) return;
  require_memory(count, "a tensor");
  void* memory = ::operator new(count, std::align_val_t{kAlignment}, std::nothrow);
  require(memory != nullptr, ErrorCode::resource, "out of memory: a {} tensor of shape {} needs {} bytes", to_string(dtype),
          to_string(shape_), count);
  owner_ = std::shared_ptr<void>(memory, [](void* pointer) { ::operator delete(pointer, std::align_val_t{kAlignment}); });
  data_ = static_cast<std::byte*>(memory);
  std::memset(data_, 0, count);
}

Tensor Tensor::view(DType dtype, std::vector<std::int64_t> shape, const void* data, std::shared_ptr<const void> owner) {
  Tensor tensor;
  tensor.size_ = count_elements(shape, dtype);
  tensor.dtype_ = dtype;
  tensor.shape_ = std::move(shape);
  // Never written through: writable_ guards every mutable access.
  tensor.data_ = static_cast<std::byte*>(const_cast<void*>(data));
  tensor.owner_ = std::move(owner);
  tensor.writable_ = false;
  return tensor;
}

std::int64_t Tensor::dim(std::int64_t axis) const {
  const std::int64_t index = axis < 0 ? axis + rank() : axis;
  require(index >= 0 && index < rank(), ErrorCode::index, "axis {} is out of range for shape {}", axis, to_string(shape_));
  return shape_[static_cast<std::size_t>(index)];
}

std::size_t Tensor::bytes() const noexcept { return static_cast<std::size_t>(size_) * size_of(dtype_); }

template <class T>
Tensor Tensor::from(std::vector<std::int64_t> shape, std::span<const T> values) {
  Tensor tensor(dtype_of<T>, std::move(shape));
  require(tensor.size_ == static_cast<std::int64_t>(values.size()), ErrorCode::value, "shape {} holds {} values: got {}",
          to_string(tensor.shape_), tensor.size_, values.size());
  if (!values.empty()) std::memcpy(tensor.data_, values.data(), values.size_bytes());
  return tensor;
}

template <class T>
std::span<const T> Tensor::values() const {
  require(dtype_ == dtype_of<T>, ErrorCode::type, "expected a {} tensor: got {}", to_string(dtype_of<T>), to_string(dtype_));
  return {reinterpret_cast<const T*>(data_), static_cast<std::size_t>(size_)};
}

template <class T>
std::span<T> Tensor::mutable_values() {
  require(dtype_ == dtype_of<T>, ErrorCode::type, "expected a {} tensor: got {}", to_string(dtype_of<T>), to_string(dtype_));
  return {reinterpret_cast<T*>(mutable_data()), static_cast<std::size_t>(size_)};
}

std::byte* Tensor::mutable_data() {
  require(writable_, ErrorCode::value, "this tensor views memory that it may not write: clone() it first");
  return data_;
}

Tensor Tensor::clone() const {
  Tensor copy(dtype_, shape_);
  if (bytes() != 0) std::memcpy(copy.data_, data_, bytes());
  return copy;
}

Tensor Tensor::to(DType dtype) const {
  if (dtype == dtype_) return *this;
  Tensor result(dtype, shape_);
  visit_dtype(dtype_, [&](auto from) {
    visit_dtype(dtype, [&](auto to) {
      const auto* source = reinterpret_cast<const decltype(from)*>(data_);
      auto* target = reinterpret_cast<decltype(to)*>(result.data_);
      for (std::int64_t i = 0; i < size_; ++i) target[i] = convert<decltype(to)>(source[i]);
    });
  });
  return result;
}

Tensor Tensor::reshape(std::vector<std::int64_t> shape) const {
  require(count_elements(shape, dtype_) == size_, ErrorCode::value, "cannot view shape {} as {}", to_string(shape_), to_string(shape));
  Tensor result = *this;
  result.shape_ = std::move(shape);
  return result;
}

Tensor Tensor::slice(std::int64_t first, std::vector<std::int64_t> shape) const {
  const std::int64_t count = count_elements(shape, dtype_);
  require(first >= 0 && count <= size_ && first <= size_ - count, ErrorCode::index,
          "slice: elements {} to {} of a tensor of {} were asked for", first, first + count, size_);
  Tensor result = *this;
  result.shape_ = std::move(shape);
  result.size_ = count;
  result.data_ += static_cast<std::size_t>(first) * size_of(dtype_);
  return result;
}

#define ALBERT_INSTANTIATE(T)                                                     \
  template Tensor Tensor::from<T>(std::vector<std::int64_t>, std::span<const T>); \
  template std::span<const T> Tensor::values<T>() const;                          \
  template std::span<T> Tensor::mutable_values<T>();
ALBERT_INSTANTIATE(bool)
ALBERT_INSTANTIATE(std::uint8_t)
ALBERT_INSTANTIATE(std::int8_t)
ALBERT_INSTANTIATE(std::int16_t)
ALBERT_INSTANTIATE(std::uint16_t)
ALBERT_INSTANTIATE(std::int32_t)
ALBERT_INSTANTIATE(std::uint32_t)
ALBERT_INSTANTIATE(float)
ALBERT_INSTANTIATE(double)
ALBERT_INSTANTIATE(std::int64_t)
ALBERT_INSTANTIATE(std::uint64_t)
#undef ALBERT_INSTANTIATE

}  // namespace albert
