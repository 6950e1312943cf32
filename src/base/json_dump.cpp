// Writes JSON text byte for byte as Python's json.dumps.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "albert/json.h"
#include "albert/json_text.h"
#include "base/check.h"

namespace albert {
namespace {

/// Python's repr of a float: the shortest digits that read back as the same value, plain for
/// exponents -4...15, otherwise with an exponent of a sign and at least two digits.
void append_double(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) {
    out += '-';
    value = -value;
  }
  if (std::isinf(value)) {
    out += "Infinity";
    return;
  }
  // d.ddde-05: one digit, the others behind the point, an exponent.
  char buffer[32];
  const char* const end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(buffer + e + 2, end, exponent);
  if (text[e + 1] == '-') exponent = -exponent;
  if (exponent < -4 || exponent >= 16) {
    out += text;
    return;
  }
  const std::string_view rest = e > 2 ? text.substr(2, e - 2) : std::string_view();
  if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(1, text[0]).append(rest);
    return;
  }
  const auto whole = std::min(static_cast<std::size_t>(exponent), rest.size());
  out.append(1, text[0]).append(rest, 0, whole).append(static_cast<std::size_t>(exponent) - whole, '0').append(1, '.');
  if (whole == rest.size()) {
    out += '0';
  } else {
    out.append(rest, whole);
  }
}

void append_unit(std::string& out, std::uint32_t unit) { out += fmt::format("\\u{:04x}", unit); }

/// Decodes one code point of valid UTF-8 and moves past it.
std::uint32_t decode(std::string_view text, std::size_t& i) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[k])); };
  const std::uint32_t first = byte(i);
  const std::size_t count = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t code = first & (0xFFu >> (count + 1));
  for (std::size_t k = 1; k < count; ++k) code = (code << 6) | (byte(i + k) & 0x3F);
  i += count;
  return code;
}

/// Bytes that a string shows as they are, whatever the style.
constexpr auto kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void append_string(std::string& out, std::string_view text, bool ensure_ascii) {
  require(simdjson::validate_utf8(text.data(), text.size()), ErrorCode::value, "JSON: a string is not UTF-8");
  constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view names = "\"\\bfnrt";
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    while (i < text.size() &&
           (kPlain[static_cast<unsigned char>(text[i])] || (!ensure_ascii && static_cast<unsigned char>(text[i]) >= 0x7F)))
      ++i;
    out.append(text, start, i - start);
    if (i == text.size()) break;
    const auto c = static_cast<unsigned char>(text[i]);
    if (const auto index = escaped.find(text[i]); index != std::string_view::npos) {
      out += '\\';
      out += names[index];
      ++i;
    } else if (c < 0x80) {
      append_unit(out, c);
      ++i;
    } else {
      const std::uint32_t code = decode(text, i);
      if (code >= 0x10000) append_unit(out, 0xD800 + ((code - 0x10000) >> 10));
      append_unit(out, code >= 0x10000 ? 0xDC00 + ((code - 0x10000) & 0x3FF) : code);
    }
  }
  out += '"';
}

class Writer {
 public:
  explicit Writer(const JsonStyle& style) : style_(style) {}

  void write(const Json& value, int level) {
    if (value.is_null()) {
      out += "null";
    } else if (value.is_bool()) {
      out += value.as_bool() ? "true" : "false";
    } else if (const auto* big = value.big_integer()) {
      out += big->digits;
    } else if (value.is_integer()) {
      out += std::to_string(value.as_int());
    } else if (value.is_double()) {
      append_double(out, value.as_double());
    } else if (value.is_string()) {
      append_string(out, value.as_string(), style_.ensure_ascii);
    } else if (value.is_array()) {
      write_items(value.as_array(), '[', ']', level, [&](const Json& item) { write(item, level + 1); });
    } else {
      write_object(value.as_object(), level);
    }
  }

  std::string out;

 private:
  void new_line(int level) {
    if (style_.indent < 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(level) * static_cast<std::size_t>(style_.indent), ' ');
  }

  template <class Items, class Write>
  void write_items(const Items& items, char open, char close, int level, Write&& write_item) {
    out += open;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out += style_.indent < 0 ? ", " : ",";
      first = false;
      new_line(level + 1);
      write_item(item);
    }
    if (!first) new_line(level);
    out += close;
  }

  void write_object(const Json::Object& object, int level) {
    std::vector<const Json::Member*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    if (style_.sort_keys)  // the order of UTF-8 bytes is the order of code points
      std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    write_items(members, '{', '}', level, [&](const Json::Member* member) {
      append_string(out, member->first, style_.ensure_ascii);
      out += ": ";
      write(member->second, level + 1);
    });
  }

  const JsonStyle& style_;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text, bool ensure_ascii) { append_string(out, text, ensure_ascii); }

std::string dump_json(const Json& value, const JsonStyle& style) {
  Writer writer(style);
  writer.write(value, 0);
  return std::move(writer.out);
}

}  // namespace albert
