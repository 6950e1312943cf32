#include "tokenizer/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <span>

#include "base/check.h"
#include "tokenizer/code_ranges.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

#include "tokenizer/unicode_tables.inc"

void append_lower(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code >= 'A' && code <= 'Z' ? code + 32 : code);
  } else if (code == 0x130) {
    out += "i\xCC\x87";  // the only character whose lower case is two
  } else {
    const auto lower = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)));
    append_utf8(out, lower != code && contains(newer_than_14, code) ? code : lower);
  }
}

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& byte : out)
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte + 32);
  return out;
}

// The start of the character before `position`.
std::size_t step_back(std::string_view text, std::size_t position) {
  do --position;
  while ((static_cast<unsigned char>(text[position]) & 0xC0) == 0x80);
  return position;
}

// Whether the capital sigma at [begin, end) ends a word.
bool is_final_sigma(std::string_view text, std::size_t begin, std::size_t end) {
  bool cased = false;
  while (begin > 0) {
    begin = step_back(text, begin);
    const char32_t code = decode_utf8(text, begin).code;
    if (contains(case_ignorable_ranges, code)) continue;
    cased = contains(cased_ranges, code);
    break;
  }
  if (!cased) return false;
  while (end < text.size()) {
    const DecodedCharacter next = decode_utf8(text, end);
    if (!contains(case_ignorable_ranges, next.code)) return !contains(cased_ranges, next.code);
    end += next.length;
  }
  return true;
}

// A normalisation form of a whole text.
std::string normal_form(std::string_view text, int options) {
  utf8proc_uint8_t* result = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                                 &result, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
  require(size >= 0, ErrorCode::resource, "normalising a text of {} bytes: {}", text.size(), utf8proc_errmsg(size));
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
}

}  // namespace

bool is_python_space_separator(char32_t code) noexcept {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code)) == UTF8PROC_CATEGORY_ZS;
}

bool is_python_punctuation(char32_t code) noexcept { return is_punctuation_by_category(code) && !contains(unassigned_in_14, code); }

bool is_python_other(char32_t code) noexcept {
  if (code < 0x80) return code < 0x20 || code == 0x7F;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
      return true;
    default:
      return contains(unassigned_in_14, code);
  }
}

bool is_python_digit(char32_t code) noexcept {
  if (code < 0x80) return code >= '0' && code <= '9';
  return contains(digit_ranges, code);
}

std::string lower_characters(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    append_lower(out, character.code);
    i += character.length;
  }
  return out;
}

std::string lower_string(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    if (character.code == 0x3A3)
      append_utf8(out, is_final_sigma(text, i, i + character.length) ? 0x3C2 : 0x3C3);
    else
      append_lower(out, character.code);
    i += character.length;
  }
  return out;
}

std::string strip_accents_nfkd(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  // Canonical reordering only moves characters of a class other than 0, which all go: no need to sort.
  std::array<utf8proc_int32_t, 64> parts;
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    i += character.length;
    if (character.code < 0x80) {
      out += static_cast<char>(character.code);
      continue;
    }
    if (contains(newer_than_14, character.code)) {
      append_utf8(out, character.code);
      continue;
    }
    int boundary = 0;
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(character.code), parts.data(), parts.size(),
                                               static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE), &boundary);
    for (utf8proc_ssize_t k = 0; k < count && k < static_cast<utf8proc_ssize_t>(parts.size()); ++k)
      if (utf8proc_get_property(parts[static_cast<std::size_t>(k)])->combining_class == 0)
        append_utf8(out, static_cast<char32_t>(parts[static_cast<std::size_t>(k)]));
  }
  return out;
}

std::string compose_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  return normal_form(text, UTF8PROC_COMPOSE);
}

std::string strip_nonspacing_marks(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  const std::string decomposed = normal_form(text, UTF8PROC_DECOMPOSE);
  std::string out;
  out.reserve(decomposed.size());
  for (std::size_t i = 0; i < decomposed.size();) {
    const DecodedCharacter character = decode_utf8(decomposed, i);
    if (utf8proc_category(static_cast<utf8proc_int32_t>(character.code)) != UTF8PROC_CATEGORY_MN)
      out.append(decomposed, i, character.length);
    i += character.length;
  }
  return out;
}

}  // namespace albert
