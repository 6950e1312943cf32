// UTF-8: decoding, with bytes that are none read as U+FFFD, and encoding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace albert {

constexpr char32_t replacement_character = 0xFFFD;

/// One code point and the bytes it was read from.
struct DecodedCharacter {
  char32_t code = 0;
  std::uint32_t length = 0;
  bool valid = true;  // false: `code` is U+FFFD and stands for a maximal ill-formed part
};

/// The code point at text[position] (position < text.size()). As Python's bytes.decode("utf-8",
/// "replace"): each maximal part of an ill-formed sequence is one U+FFFD.
[[nodiscard]] inline DecodedCharacter decode_utf8(std::string_view text, std::size_t position) noexcept {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0u; };
  const std::uint32_t first = byte(position);
  if (first < 0x80) return {first, 1, true};
  std::uint32_t low = 0x80, high = 0xBF;  // what the second byte may be
  std::uint32_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;   // overlong
    if (first == 0xED) high = 0x9F;  // surrogates
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;   // overlong
    if (first == 0xF4) high = 0x8F;  // above U+10FFFF
  } else {
    return {replacement_character, 1, false};
  }
  char32_t code = first & (0x7Fu >> length);
  for (std::uint32_t i = 1; i < length; ++i) {
    const std::uint32_t next = byte(position + i);
    if (next < low || next > high) return {replacement_character, i, false};
    code = (code << 6) | (next & 0x3Fu);
    low = 0x80;
    high = 0xBF;
  }
  return {code, length, true};
}

inline void append_utf8(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// Bytes of the character that starts with `first`, in text that is valid UTF-8.
[[nodiscard]] constexpr std::size_t utf8_length(char first) noexcept {
  const auto byte = static_cast<std::uint8_t>(first);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

[[nodiscard]] bool is_ascii(std::string_view text) noexcept;
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// The text with every ill-formed part replaced by U+FFFD.
[[nodiscard]] std::string replace_invalid_utf8(std::string_view text);
/// Code points of a text; ill-formed parts become U+FFFD.
[[nodiscard]] std::u32string to_utf32(std::string_view text);
[[nodiscard]] std::string to_utf8(std::u32string_view text);
/// Code points in text that is valid UTF-8.
[[nodiscard]] std::size_t count_characters(std::string_view text) noexcept;

}  // namespace albert
