#include "tokenizer/pretty_json.h"

#include <array>
#include <charconv>
#include <cmath>

namespace albert {

void PrettyJson::new_line() {
  text_ += '\n';
  text_.append(depth_ * 2, ' ');
}

void PrettyJson::element() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!empty_) text_ += ',';
  empty_ = false;
  new_line();
}

void PrettyJson::open(char bracket) {
  element();
  text_ += bracket;
  ++depth_;
  empty_ = true;
}

void PrettyJson::close(char bracket) {
  --depth_;
  if (!empty_) new_line();
  text_ += bracket;
  empty_ = false;
}

void PrettyJson::key(std::string_view name) {
  element();
  quote(name);
  text_ += ": ";
  after_key_ = true;
}

void PrettyJson::quote(std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  text_ += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    text_.append(text, done, i - done);
    done = i + 1;
    text_ += '\\';
    switch (c) {
      case '\b':
        text_ += 'b';
        break;
      case '\t':
        text_ += 't';
        break;
      case '\n':
        text_ += 'n';
        break;
      case '\f':
        text_ += 'f';
        break;
      case '\r':
        text_ += 'r';
        break;
      case '"':
      case '\\':
        text_ += static_cast<char>(c);
        break;
      default:
        text_ += "u00";
        text_ += hex[c >> 4];
        text_ += hex[c & 15];
    }
  }
  text_.append(text, done);
  text_ += '"';
}

void PrettyJson::value(std::string_view text) {
  element();
  quote(text);
}

void PrettyJson::value(bool truth) {
  element();
  text_ += truth ? "true" : "false";
}

void PrettyJson::value(std::uint64_t number) {
  element();
  text_ += std::to_string(number);
}

void PrettyJson::null() {
  element();
  text_ += "null";
}

// Ryu's choice of notation: plain decimals for exponents from -5 to 15, else d.ddde±x without padding.
void PrettyJson::value(double number) {
  element();
  if (!std::isfinite(number)) {
    text_ += "null";
    return;
  }
  std::array<char, 32> buffer;
  const auto scientific = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific);
  const std::string_view shortest(buffer.data(), static_cast<std::size_t>(scientific.ptr - buffer.data()));
  const std::size_t e = shortest.find('e');
  int exponent = 0;
  std::from_chars(shortest.data() + e + (shortest[e + 1] == '+' ? 2 : 1), shortest.data() + shortest.size(), exponent);
  if (exponent < -5 || exponent >= 16) {
    text_.append(shortest, 0, e);
    text_ += 'e';
    text_ += std::to_string(exponent);
    return;
  }
  std::string digits;
  for (const char c : shortest.substr(0, e))
    if (c >= '0' && c <= '9') digits += c;
  if (shortest[0] == '-') text_ += '-';
  const auto count = static_cast<int>(digits.size());
  if (exponent < 0) {
    text_ += "0.";
    text_.append(static_cast<std::size_t>(-exponent - 1), '0');
    text_ += digits;
  } else if (exponent + 1 >= count) {
    text_ += digits;
    text_.append(static_cast<std::size_t>(exponent + 1 - count), '0');
    text_ += ".0";
  } else {
    text_.append(digits, 0, static_cast<std::size_t>(exponent) + 1);
    text_ += '.';
    text_.append(digits, static_cast<std::size_t>(exponent) + 1);
  }
}

}  // namespace albert
