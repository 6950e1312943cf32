#include "tokenizer/serde_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

namespace albert {
namespace {

constexpr int kLargestPower = 308;

/// 10^0 ... 10^308, each the nearest double.
const std::array<double, kLargestPower + 1>& powers_of_ten() {
  static const auto powers = [] {
    std::array<double, kLargestPower + 1> table{};
    for (int i = 0; i <= kLargestPower; ++i) {
      const std::string text = "1e" + std::to_string(i);
      std::from_chars(text.data(), text.data() + text.size(), table[static_cast<std::size_t>(i)]);
    }
    return table;
  }();
  return powers;
}

}  // namespace

double as_serde_reads(double value) noexcept {
  if (value == 0 || !std::isfinite(value)) return value;
  const double magnitude = std::abs(value);
  std::uint64_t digits = 0;
  int exponent = 0;
  if (magnitude < 1e16 && magnitude == std::floor(magnitude)) {
    digits = static_cast<std::uint64_t>(magnitude) * 10;
    exponent = -1;
  } else {
    char text[32];  // d.ddde[+-]xx, at most 17 digits
    const char* const end = std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific).ptr;
    const char* at = text;
    for (bool after_point = false; *at != 'e'; ++at) {
      if (*at == '.') {
        after_point = true;
      } else {
        digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
        exponent -= after_point ? 1 : 0;
      }
    }
    int written = 0;
    std::from_chars(at[1] == '+' ? at + 2 : at + 1, end, written);
    exponent += written;
  }

  const auto& powers = powers_of_ten();
  auto result = static_cast<double>(digits);
  if (exponent < -kLargestPower) {
    result /= powers[kLargestPower];
    exponent += kLargestPower;
  }
  const double power = powers[static_cast<std::size_t>(std::abs(exponent))];
  return std::copysign(exponent >= 0 ? result * power : result / power, value);
}

}  // namespace albert
