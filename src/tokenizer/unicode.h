// Characters as Python 3.11 sees them (Unicode 14.0): what the slow tokenizer's normalisation needs.
#pragma once

#include <string>
#include <string_view>

namespace albert {

/// str.isspace for one character (what str.split and str.strip cut).
[[nodiscard]] constexpr bool is_python_space(char32_t code) noexcept {
  if (code < 0x80) return (code >= 0x09 && code <= 0x0D) || (code >= 0x1C && code <= 0x20);
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
         code == 0x202F || code == 0x205F || code == 0x3000;
}

/// unicodedata.category: Zs; one of P; one of C (unassigned characters and surrogates among them).
[[nodiscard]] bool is_python_space_separator(char32_t code) noexcept;
[[nodiscard]] bool is_python_punctuation(char32_t code) noexcept;
[[nodiscard]] bool is_python_other(char32_t code) noexcept;

/// str.isdigit for one character.
[[nodiscard]] bool is_python_digit(char32_t code) noexcept;

/// str.lower of one character: a capital sigma becomes the ordinary small one. `text` is valid UTF-8.
[[nodiscard]] std::string lower_characters(std::string_view text);
/// str.lower of a whole string, with the final-sigma rule. `text` is valid UTF-8.
[[nodiscard]] std::string lower_string(std::string_view text);
/// unicodedata.normalize("NFKD", text) without the characters whose combining class is not 0. `text` is valid UTF-8.
[[nodiscard]] std::string strip_accents_nfkd(std::string_view text);
/// unicodedata.normalize("NFC", text). `text` is valid UTF-8 and has no character that 14.0 does not assign.
[[nodiscard]] std::string compose_nfc(std::string_view text);
/// unicodedata.normalize("NFD", text) without the characters of category Mn. `text` as above.
[[nodiscard]] std::string strip_nonspacing_marks(std::string_view text);

}  // namespace albert
