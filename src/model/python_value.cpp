#include "model/python_value.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace albert {
namespace {

std::string repr(const Json& value) {
  if (value.is_string()) {
    const std::string& text = value.as_string();
    const char quote = text.find('\'') != std::string::npos && text.find('"') == std::string::npos ? '"' : '\'';
    std::string result(1, quote);
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == quote || c == '\\')
        result.append({'\\', c});
      else if (c == '\n' || c == '\r' || c == '\t')
        result.append({'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : 't'});
      else if (byte < 0x20 || byte == 0x7F)
        result += fmt::format("\\x{:02x}", byte);
      else
        result += c;
    }
    return result + quote;
  }
  if (!value.is_array() && !value.is_object()) return python_str(value);
  std::string result;
  const auto separate = [&] {
    if (!result.empty()) result += ", ";
  };
  if (value.is_array()) {
    for (const Json& item : value.as_array()) separate(), result += repr(item);
    return "[" + result + "]";
  }
  for (const auto& [key, item] : value.as_object()) separate(), result += repr(key) + ": " + repr(item);
  return "{" + result + "}";
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view strip(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f'); };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes digits with single underscores between them off the front of `text`.
std::string take_digits(std::string_view& text) {
  std::string digits;
  while (!text.empty() && is_digit(text[0])) {
    digits += text[0];
    text.remove_prefix(1);
    if (text.size() > 1 && text[0] == '_' && is_digit(text[1])) text.remove_prefix(1);
  }
  return digits;
}

bool take_sign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

}  // namespace

std::string python_str(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_bool()) return value.as_bool() ? "True" : "False";
  if (value.is_string()) return value.as_string();
  if (value.is_array() || value.is_object()) return repr(value);
  if (value.is_double() && std::isnan(value.as_double())) return "nan";
  if (value.is_double() && std::isinf(value.as_double())) return value.as_double() < 0 ? "-inf" : "inf";
  return dump_json(value);
}

bool python_bool(const Json& value) {
  if (value.is_null()) return false;
  if (value.is_bool()) return value.as_bool();
  if (value.is_number()) return !(value == Json(0));
  return python_len(value) != 0;
}

std::size_t python_len(const Json& value) {
  if (value.is_array()) return value.as_array().size();
  if (value.is_object()) return value.as_object().size();
  if (!value.is_string()) fail(ErrorCode::type, "a value of type {} has no length", value.type_name());
  const std::string& text = value.as_string();
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::optional<std::string> python_int(std::string_view text) {
  text = strip(text);
  const bool negative = take_sign(text);
  std::string digits = take_digits(text);
  if (digits.empty() || !text.empty() || digits.size() > 4300) return std::nullopt;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return negative && digits != "0" ? "-" + digits : digits;
}

std::optional<double> python_float(std::string_view text) {
  text = strip(text);
  const bool negative = take_sign(text);
  std::string word(text.substr(0, 16));
  std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  double result = 0;
  if (word == "inf" || word == "infinity") {
    result = std::numeric_limits<double>::infinity();
  } else if (word == "nan") {
    result = std::numeric_limits<double>::quiet_NaN();
  } else {
    // Rewritten as a JSON number: 0WHOLE.FRACTIONe+POWER without the leading zeros.
    std::string whole = take_digits(text);
    std::string fraction;
    const bool point = text.starts_with('.');
    if (point) {
      text.remove_prefix(1);
      fraction = take_digits(text);
    }
    if (whole.empty() && fraction.empty()) return std::nullopt;
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
    std::string number = (whole.empty() ? "0" : whole) + "." + (fraction.empty() ? "0" : fraction);
    if (text.starts_with('e') || text.starts_with('E')) {
      text.remove_prefix(1);
      const bool down = take_sign(text);
      const std::string power = take_digits(text);
      if (power.empty()) return std::nullopt;
      number += (down ? "e-" : "e") + power;
    }
    if (!text.empty()) return std::nullopt;
    result = parse_json(number).as_double();
  }
  return negative ? -result : result;
}

}  // namespace albert
