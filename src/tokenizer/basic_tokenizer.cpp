#include "tokenizer/basic_tokenizer.h"

#include "tokenizer/python_string.h"
#include "tokenizer/unicode.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

bool is_ideograph(char32_t c) noexcept {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B820 && c <= 0x2CEAF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool is_punctuation(char32_t c) noexcept {
  if (c < 0x80) return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
  return is_python_punctuation(c);
}

// Appends a word with a blank before and after every punctuation character.
void append_spaced(std::string_view word, std::string& out) {
  for (std::size_t i = 0; i < word.size();) {
    const DecodedCharacter character = decode_utf8(word, i);
    const bool alone = is_punctuation(character.code);
    if (alone) out += ' ';
    out.append(word, i, character.length);
    if (alone) out += ' ';
    i += character.length;
  }
  out += ' ';
}

}  // namespace

std::string BasicTokenizer::clean(std::string_view text) const {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    const char32_t c = character.code;
    if (c == '\t' || c == '\n' || c == '\r' || is_python_space_separator(c)) {
      out += ' ';
    } else if (c != 0xFFFD && !is_python_other(c)) {
      const bool alone = options_.tokenize_chinese_chars && is_ideograph(c);
      if (alone) out += ' ';
      out.append(text, i, character.length);
      if (alone) out += ' ';
    }
    i += character.length;
  }
  return out;
}

std::vector<std::string> BasicTokenizer::tokenize(std::string_view text, const Words& never_split) const {
  const std::string composed = compose_nfc(clean(text));
  std::string spaced;
  for (const std::string_view part : python_split(composed)) {
    std::string word(part);
    if (!never_split.contains(word)) {
      if (options_.do_lower_case) word = lower_string(word);
      if (options_.strip_accents.value_or(options_.do_lower_case)) word = strip_nonspacing_marks(word);
    }
    if (never_split.contains(word))
      (spaced += word) += ' ';
    else
      append_spaced(word, spaced);
  }
  std::vector<std::string> words;
  for (const std::string_view word : python_split(spaced)) words.emplace_back(word);
  return words;
}

}  // namespace albert
