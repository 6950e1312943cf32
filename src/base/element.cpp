#include "base/element.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "base/half.h"

namespace albert {
namespace {

template <class Read>
auto visit_element(const Tensor& tensor, std::int64_t i, Read read) {
  const auto at = [&]<class T>(T) { return reinterpret_cast<const T*>(tensor.data())[i]; };
  switch (tensor.dtype()) {
    case DType::boolean:
      return read(at(std::uint8_t{}) != 0);
    case DType::u8:
      return read(at(std::uint8_t{}));
    case DType::i8:
      return read(at(std::int8_t{}));
    case DType::i16:
      return read(at(std::int16_t{}));
    case DType::u16:
      return read(at(std::uint16_t{}));
    case DType::f16:
      return read(float16_to_float(at(std::uint16_t{})));
    case DType::bf16:
      return read(bfloat16_to_float(at(std::uint16_t{})));
    case DType::i32:
      return read(at(std::int32_t{}));
    case DType::u32:
      return read(at(std::uint32_t{}));
    case DType::f32:
      return read(at(float{}));
    case DType::f64:
      return read(at(double{}));
    case DType::i64:
      return read(at(std::int64_t{}));
    case DType::u64:
      return read(at(std::uint64_t{}));
  }
  return read(0.0);
}

}  // namespace

double number_at(const Tensor& tensor, std::int64_t i) noexcept {
  return visit_element(tensor, i, [](auto value) { return static_cast<double>(value); });
}

std::int64_t integer_at(const Tensor& tensor, std::int64_t i) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  return visit_element(tensor, i, [](auto value) -> std::int64_t {
    if constexpr (std::is_floating_point_v<decltype(value)>) {
      if (std::isnan(value)) return 0;
      if (value >= 0x1p63) return Limits::max();
      if (value <= -0x1p63) return Limits::min();
    } else if constexpr (std::is_same_v<decltype(value), std::uint64_t>) {
      if (value > static_cast<std::uint64_t>(Limits::max())) return Limits::max();
    }
    return static_cast<std::int64_t>(value);
  });
}

}  // namespace albert
