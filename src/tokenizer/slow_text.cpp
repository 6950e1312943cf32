// AlbertTokenizer: text to tokens.
#include <algorithm>

#include "tokenizer/albert_tokenizer.h"
#include "tokenizer/clean_up.h"
#include "tokenizer/python_string.h"
#include "tokenizer/unicode.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

constexpr std::string_view space_symbol = "\xE2\x96\x81";  // U+2581

// A number's last digit and a comma.
bool ends_with_digit_and_comma(std::string_view piece) {
  if (piece.size() < 2 || piece.back() != ',') return false;
  std::size_t start = piece.size() - 2;
  while (start > 0 && (static_cast<std::uint8_t>(piece[start]) & 0xC0) == 0x80) --start;
  return is_python_digit(decode_utf8(piece, start).code);
}

}  // namespace

std::string AlbertTokenizer::Impl::lower_outside_tokens(std::string_view text) const {
  std::string out;
  out.reserve(text.size());
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (kept_first_byte[static_cast<std::uint8_t>(text[i])]) {
      const std::string_view rest = text.substr(i);
      const auto kept = std::find_if(kept_by_lower_casing.begin(), kept_by_lower_casing.end(),
                                     [&](const std::string& token) { return rest.starts_with(token); });
      if (kept != kept_by_lower_casing.end()) {
        out += lower_characters(text.substr(done, i - done));
        out += *kept;
        done = i += kept->size();
        continue;
      }
    }
    ++i;  // a token's first byte never is a continuation byte: bytes are as good as characters
  }
  return out += lower_characters(text.substr(done));
}

void AlbertTokenizer::Impl::apply_flags(std::vector<std::string>& parts) const {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // Whether a part is a token depends on its text of the moment: an earlier token may have changed it.
    const AddedToken* token = find_added(parts[i]);
    if (token == nullptr) continue;
    std::string* left = i > 0 ? &parts[i - 1] : nullptr;
    std::string* right = i + 1 < parts.size() ? &parts[i + 1] : nullptr;
    const bool left_touches = left != nullptr && !left->empty() && !left->ends_with(' ');
    const bool right_touches = right != nullptr && !right->empty() && !right->starts_with(' ');
    if (token->rstrip && right != nullptr) *right = std::string(python_lstrip(*right));
    if (token->lstrip && left != nullptr) *left = std::string(python_rstrip(*left));
    if (!token->single_word) continue;
    if (left_touches) {
      *left += parts[i];
      parts[i].clear();
    } else if (right_touches) {
      *right = parts[i] + *right;
      parts[i].clear();
    }
  }
}

void AlbertTokenizer::Impl::split_number_from_comma(std::string_view piece, std::vector<TokenAndId>& out) const {
  const std::string number = replace_all(std::string(piece.substr(0, piece.size() - 1)), space_symbol, "");
  const std::size_t first = out.size();
  sentencepiece.encode(number, out);
  if (!piece.starts_with(space_symbol) && out.size() > first && out[first].text.starts_with(space_symbol)) {
    if (out[first].text == space_symbol)
      out.erase(out.begin() + static_cast<std::ptrdiff_t>(first));
    else
      out[first].text.erase(0, space_symbol.size());
  }
  out.push_back({",", 0});
  for (std::size_t i = first; i < out.size(); ++i) out[i].id = id_of(out[i].text);
}

void AlbertTokenizer::Impl::tokenize_part(std::string_view part, std::vector<TokenAndId>& out) const {
  std::string text = remove_space ? python_join_split(part) : std::string(part);
  text = replace_all(std::move(text), "``", "\"");
  text = replace_all(std::move(text), "''", "\"");
  if (!keep_accents) text = strip_accents_nfkd(text);
  if (do_lower_case) text = lower_string(text);
  const std::size_t first = out.size();
  sentencepiece.encode(text, out);
  const bool has_numbers = std::any_of(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                                       [](const TokenAndId& token) { return ends_with_digit_and_comma(token.text); });
  if (!has_numbers) {
    for (std::size_t i = first; i < out.size(); ++i) {
      TokenAndId& token = out[i];
      // An unknown piece may be the text of an added token or of a control piece.
      if (token.id == sentencepiece.unknown_id())
        token.id = id_of(token.text);
      else if (!shadowed_pieces.empty())
        if (const auto found = shadowed_pieces.find(token.id); found != shadowed_pieces.end()) token.id = found->second;
    }
    return;
  }
  const std::vector<TokenAndId> pieces(std::make_move_iterator(out.begin() + static_cast<std::ptrdiff_t>(first)),
                                       std::make_move_iterator(out.end()));
  out.resize(first);
  for (const TokenAndId& piece : pieces) {
    if (ends_with_digit_and_comma(piece.text))
      split_number_from_comma(piece.text, out);
    else
      out.push_back({piece.text, id_of(piece.text)});
  }
}

void AlbertTokenizer::Impl::tokenize(std::string_view text, bool split_special_tokens, std::vector<TokenAndId>& out) const {
  std::string valid;
  if (!is_valid_utf8(text)) text = valid = replace_invalid_utf8(text);
  std::string lowered;
  if (do_lower_case) text = lowered = lower_outside_tokens(text);
  if (split_special_tokens) {
    if (!text.empty()) tokenize_part(text, out);
    return;
  }
  std::vector<std::string> parts = splitter.split(text);
  if (parts.size() > 1) apply_flags(parts);
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (const auto added = added_encoder.find(part); added != added_encoder.end())
      out.push_back({part, added->second});
    else
      tokenize_part(part, out);
  }
}

}  // namespace albert
