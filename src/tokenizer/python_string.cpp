#include "tokenizer/python_string.h"

#include "tokenizer/unicode.h"
#include "tokenizer/utf8.h"

namespace albert {

std::string_view python_lstrip(std::string_view text) {
  while (!text.empty()) {
    const DecodedCharacter character = decode_utf8(text, 0);
    if (!is_python_space(character.code)) break;
    text.remove_prefix(character.length);
  }
  return text;
}

std::string_view python_rstrip(std::string_view text) {
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<std::uint8_t>(text[start]) & 0xC0) == 0x80) --start;
    if (!is_python_space(decode_utf8(text, start).code)) break;
    text = text.substr(0, start);
  }
  return text;
}

std::vector<std::string_view> python_split(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  const auto close = [&](std::size_t end) {
    if (begin < end) words.push_back(text.substr(begin, end - begin));
  };
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    if (is_python_space(character.code)) {
      close(i);
      begin = i + character.length;
    }
    i += character.length;
  }
  close(text.size());
  return words;
}

std::string python_join_split(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool pending = false;  // a space before the next word
  for (std::size_t i = 0; i < text.size();) {
    const DecodedCharacter character = decode_utf8(text, i);
    if (is_python_space(character.code)) {
      pending = !out.empty();
    } else {
      if (pending) out += ' ';
      pending = false;
      out.append(text, i, character.length);
    }
    i += character.length;
  }
  return out;
}

}  // namespace albert
