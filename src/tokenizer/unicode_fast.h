// Character properties as the `tokenizers` 0.14.1 library knows them.
//
// Its parts carry tables of different Unicode versions: normalisation forms and combining marks
// are those of 9.0, what BERT removes and cuts at that of 8.0, lower-casing, White_Space, word characters and grapheme clusters those of
// 15.0. Ours come from utf8proc (15.0) with lists of what was different before.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace albert::fast_unicode {

/// White_Space (15.0). U+001C..U+001F are not.
[[nodiscard]] constexpr bool is_white_space(char32_t c) noexcept {
  if (c < 0x80) return c == 0x20 || (c >= 0x09 && c <= 0x0D);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

/// \w (15.0): Alphabetic, marks, decimal numbers, connector punctuation, join controls.
[[nodiscard]] bool is_word(char32_t c) noexcept;

/// General category M (9.0): what StripAccents removes.
[[nodiscard]] bool is_mark(char32_t c) noexcept;

/// What BERT's normaliser removes (8.0): general category Mn; Cc, Cf and Co but tab, LF and CR.
[[nodiscard]] bool is_bert_accent(char32_t c) noexcept;
[[nodiscard]] bool is_bert_control(char32_t c) noexcept;
/// General category P (8.0) and every ASCII character that is no letter, digit, control or space.
[[nodiscard]] bool is_bert_punctuation(char32_t c) noexcept;
/// The blocks of ideographs that BERT puts spaces around.
[[nodiscard]] bool is_bert_ideograph(char32_t c) noexcept;

/// Canonical_Combining_Class (9.0).
[[nodiscard]] std::uint8_t combining_class(char32_t c) noexcept;

/// The full decomposition (9.0), canonical or compatibility; a character without one gives itself.
struct Decomposition {
  std::array<std::int32_t, 24> characters;
  std::size_t size;
  [[nodiscard]] std::span<const std::int32_t> view() const noexcept { return {characters.data(), size}; }
};
[[nodiscard]] Decomposition decompose(char32_t c, bool compatibility) noexcept;

/// No character below this has a decomposition or a combining class.
constexpr char32_t first_decomposable = 0xA0;

/// The primary composite of two characters (9.0), 0 when there is none.
[[nodiscard]] char32_t compose(char32_t first, char32_t second);

/// The full lower-case mapping (15.0) of one character, without context.
struct Lowered {
  char32_t first;
  char32_t second;  // 0: none (only U+0130 has one)
};
[[nodiscard]] Lowered to_lower(char32_t c) noexcept;

/// Whether an extended grapheme cluster (15.0) may end between two characters; `state` starts at 0
/// for each text.
[[nodiscard]] bool is_cluster_boundary(char32_t before, char32_t after, std::int32_t& state) noexcept;

}  // namespace albert::fast_unicode
