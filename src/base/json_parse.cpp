// A strict recursive-descent parser for Python's dialect of JSON.
#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>

#include "albert/json.h"
#include "base/check.h"

namespace albert {
namespace {

constexpr int max_depth = 512;
constexpr std::size_t max_digits = 4300;                  // as Python's int()
constexpr std::size_t max_values = std::size_t{1} << 23;  // at most about 1.3 GB

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Keeps the first place and the last value of a repeated key.
void drop_repeated_keys(Json::Object& members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int compared = members[a].first.compare(members[b].first);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::vector<bool> repeated;
  for (std::size_t i = 0, first = 0; i < order.size(); ++i) {
    if (i == 0 || members[order[i]].first != members[order[first]].first) {
      first = i;
      continue;
    }
    repeated.resize(members.size());
    members[order[first]].second = std::move(members[order[i]].second);
    repeated[order[i]] = true;
  }
  if (repeated.empty()) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (repeated[i]) continue;
    if (kept != i) members[kept] = std::move(members[i]);
    ++kept;
  }
  members.erase(members.begin() + static_cast<std::ptrdiff_t>(kept), members.end());
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json parse() {
    if (text_.starts_with("\xEF\xBB\xBF")) error("unexpected UTF-8 byte-order mark");
    if (!simdjson::validate_utf8(text_.data(), text_.size())) error("the text is not UTF-8");
    Json value = parse_value(0);
    skip_space();
    if (position_ != text_.size()) error("unexpected text after the value");
    return value;
  }

 private:
  [[noreturn]] void error(std::string_view what) const {
    fail(ErrorCode::bad_data, "JSON: {} at byte {} of {}", what, position_, text_.size());
  }

  [[nodiscard]] char peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  bool accept(char c) {
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  bool accept(std::string_view word) {
    if (!text_.substr(position_).starts_with(word)) return false;
    position_ += word.size();
    return true;
  }
  void skip_space() {
    while (position_ < text_.size() &&
           (text_[position_] == ' ' || text_[position_] == '\n' || text_[position_] == '\r' || text_[position_] == '\t'))
      ++position_;
  }

  Json parse_value(int depth) {
    skip_space();
    require(++values_ <= max_values, ErrorCode::resource, "JSON: more than {} values", max_values);
    switch (peek()) {
      case '{':
        return parse_object(depth + 1);
      case '[':
        return parse_array(depth + 1);
      case '"':
        return parse_string();
      case 'n':
        if (accept("null")) return {};
        break;
      case 't':
        if (accept("true")) return true;
        break;
      case 'f':
        if (accept("false")) return false;
        break;
      case 'N':
        if (accept("NaN")) return std::numeric_limits<double>::quiet_NaN();
        break;
      case 'I':
        if (accept("Infinity")) return std::numeric_limits<double>::infinity();
        break;
      case '-':
        if (accept("-Infinity")) return -std::numeric_limits<double>::infinity();
        return parse_number();
      default:
        if (is_digit(peek())) return parse_number();
    }
    error(position_ == text_.size() ? "the text ends where a value is expected" : "expected a value");
  }

  void enter(int depth) {
    if (depth > max_depth) error("more than 512 levels");
    ++position_;
  }

  Json parse_array(int depth) {
    enter(depth);
    Json::Array items;
    skip_space();
    if (accept(']')) return items;
    do {
      items.push_back(parse_value(depth));
      skip_space();
    } while (accept(','));
    if (!accept(']')) error("expected ',' or ']'");
    return items;
  }

  Json parse_object(int depth) {
    enter(depth);
    Json::Object members;
    skip_space();
    if (accept('}')) return members;
    do {
      skip_space();
      if (peek() != '"') error("expected a key in double quotes");
      std::string key = parse_string();
      skip_space();
      if (!accept(':')) error("expected ':'");
      Json value = parse_value(depth);
      members.emplace_back(std::move(key), std::move(value));
      skip_space();
    } while (accept(','));
    if (!accept('}')) error("expected ',' or '}'");
    drop_repeated_keys(members);
    return members;
  }

  std::string parse_string() {
    ++position_;
    std::string result;
    for (;;) {
      const std::size_t start = position_;
      while (position_ < text_.size() && text_[position_] != '"' && text_[position_] != '\\' &&
             static_cast<unsigned char>(text_[position_]) >= 0x20)
        ++position_;
      result.append(text_, start, position_ - start);
      if (position_ == text_.size()) error("unterminated string");
      if (accept('"')) return result;
      if (!accept('\\')) error("control character in a string");
      append_escape(result);
    }
  }

  void append_escape(std::string& result) {
    const char c = peek();
    if (c == 'u') {
      append_code_point(result, parse_code_point());
      return;
    }
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    const auto index = names.find(c);
    if (index == std::string_view::npos || position_ == text_.size()) error("invalid escape");
    result += values[index];
    ++position_;
  }

  /// At the 'u' of an escape; reads the second half of a surrogate pair too.
  std::uint32_t parse_code_point() {
    const std::uint32_t unit = parse_hex();
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    if (unit < 0xDC00 && accept('\\') && peek() == 'u') {
      const std::uint32_t low = parse_hex();
      if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    error("lone surrogate");
  }

  std::uint32_t parse_hex() {
    ++position_;
    const std::string_view digits = text_.substr(position_, 4);
    std::uint32_t unit = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (code != std::errc() || end != digits.data() + 4) error("expected four hexadecimal digits");
    position_ += 4;
    return unit;
  }

  static void append_code_point(std::string& result, std::uint32_t code) {
    const auto tail = [&](unsigned shift) { result += static_cast<char>(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) {
      result += static_cast<char>(code);
    } else if (code < 0x800) {
      result += static_cast<char>(0xC0 | (code >> 6));
      tail(0);
    } else if (code < 0x10000) {
      result += static_cast<char>(0xE0 | (code >> 12));
      tail(6), tail(0);
    } else {
      result += static_cast<char>(0xF0 | (code >> 18));
      tail(12), tail(6), tail(0);
    }
  }

  void skip_digits() {
    if (!is_digit(peek())) error("expected a digit");
    while (is_digit(peek())) ++position_;
  }

  Json parse_number() {
    const std::size_t start = position_;
    accept('-');
    if (!accept('0')) skip_digits();
    bool integer = true;
    if (accept('.')) {
      integer = false;
      skip_digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      integer = false;
      ++position_;
      if (!accept('-')) accept('+');
      skip_digits();
    }
    const std::string_view token = text_.substr(start, position_ - start);
    return integer ? integer_of(token) : Json(double_of(token));
  }

  [[nodiscard]] Json integer_of(std::string_view token) const {
    std::int64_t value = 0;
    if (std::from_chars(token.data(), token.data() + token.size(), value).ec == std::errc()) return value;
    if (token.size() - (token[0] == '-' ? 1 : 0) > max_digits) error("an integer of more than 4300 digits");
    return Json::BigInteger{std::string(token)};
  }

  static double double_of(std::string_view token) {
    double value = 0;
    if (std::from_chars(token.data(), token.data() + token.size(), value).ec == std::errc()) return value;
    // Out of range: infinity or zero, by the decimal exponent of the first digit that counts.
    const bool negative = token[0] == '-';
    if (negative) token.remove_prefix(1);
    const auto e = token.find_first_of("eE");
    const std::string_view digits = token.substr(0, e);
    const auto point = std::min(digits.find('.'), digits.size());
    const auto first = std::min(digits.find_first_not_of("0."), digits.size());
    bool large = first < point;
    if (e != std::string_view::npos) {
      std::string_view power = token.substr(e + 1);
      const bool down = power[0] == '-';
      if (power[0] == '-' || power[0] == '+') power.remove_prefix(1);
      std::size_t size = 0;
      if (std::from_chars(power.data(), power.data() + power.size(), size).ec != std::errc())
        size = std::numeric_limits<std::size_t>::max();
      const std::size_t before = first < point ? point - first : 0;     // digits before the point
      const std::size_t after = first > point ? first - point - 1 : 0;  // zeros after it
      large = down ? before > size : size >= after;
    }
    value = large ? std::numeric_limits<double>::infinity() : 0.0;
    return negative ? -value : value;
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

Json parse_json(std::string_view text) { return Parser(text).parse(); }

}  // namespace albert
