#include "checkpoint/shard_size.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <string>

#include "base/check.h"

namespace albert {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t bytes;
};
constexpr std::array<Unit, 6> kUnits = {
    {{"GIB", 1LL << 30}, {"MIB", 1LL << 20}, {"KIB", 1LL << 10}, {"GB", 1000000000}, {"MB", 1000000}, {"KB", 1000}}};

constexpr std::string_view kSpace = " \t\n\r\f\v\x1c\x1d\x1e\x1f";

[[noreturn]] void refuse(std::string_view text) {
  fail(ErrorCode::value, "`size` '{}' is not in a valid format. Use an integer followed by the unit, e.g., '5GB'.", text);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Python's int(text): blanks around, a sign, digits with single underscores between them.
std::int64_t python_int(std::string_view digits, std::string_view text) {
  const std::size_t first = digits.find_first_not_of(kSpace);
  if (first == std::string_view::npos) refuse(text);
  digits = digits.substr(first, digits.find_last_not_of(kSpace) - first + 1);
  const bool negative = digits[0] == '-';
  if (negative || digits[0] == '+') digits.remove_prefix(1);
  std::int64_t value = 0;
  bool after_digit = false;
  for (const char c : digits) {
    if (c == '_' ? !after_digit : !is_digit(c)) refuse(text);
    after_digit = c != '_';
    if (after_digit && (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value)))
      value = std::numeric_limits<std::int64_t>::max() / 16;
  }
  if (!after_digit) refuse(text);
  return negative ? -value : value;
}

}  // namespace

std::int64_t parse_shard_size(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const Unit& unit : kUnits) {
    if (!upper.ends_with(unit.name)) continue;
    const std::int64_t number = python_int(text.substr(0, text.size() - unit.name.size()), text);
    std::int64_t bytes = 0;
    if (__builtin_mul_overflow(number, unit.bytes, &bytes))
      bytes = number < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
    const bool bits = unit.name.size() == 2 && text.ends_with('b');
    return bits ? (bytes >> 3) : bytes;  // floor, for negative sizes too
  }
  refuse(text);
}

}  // namespace albert
