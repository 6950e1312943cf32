// SlowTokenizer: text to tokens.
#include <algorithm>

#include "tokenizer/python_string.h"
#include "tokenizer/slow_tokenizer.h"
#include "tokenizer/unicode.h"
#include "tokenizer/utf8.h"

namespace albert {
std::string SlowTokenizer::Impl::lower_outside_tokens(std::string_view text) const {
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

void SlowTokenizer::Impl::apply_flags(std::vector<std::string>& parts) const {
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

void SlowTokenizer::Impl::tokenize_part(std::string_view part, UniformSequence& random, std::vector<TokenAndId>& out) const {
  const std::size_t first = out.size();
  model->tokenize(part, random, out);
  const std::int32_t unknown = model->unknown_id();
  for (std::size_t i = first; i < out.size(); ++i) {
    TokenAndId& token = out[i];
    // An unknown piece may be the text of an added token or of an entry that the model does not use.
    if (token.id == unknown)
      token.id = id_of(token.text);
    else if (!shadowed_entries.empty())
      if (const auto found = shadowed_entries.find(token.id); found != shadowed_entries.end()) token.id = found->second;
  }
}

void SlowTokenizer::Impl::tokenize(std::string_view text, bool split_special_tokens, UniformSequence& random,
                                   std::vector<TokenAndId>& out) const {
  std::string valid;
  if (!is_valid_utf8(text)) text = valid = replace_invalid_utf8(text);
  std::string lowered;
  if (model->lowers_case()) text = lowered = lower_outside_tokens(text);
  if (split_special_tokens) {
    if (!text.empty()) tokenize_part(text, random, out);
    return;
  }
  std::vector<std::string> parts = splitter.split(text);
  if (parts.size() > 1) apply_flags(parts);
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (const auto added = added_encoder.find(part); added != added_encoder.end())
      out.push_back({part, added->second});
    else
      tokenize_part(part, random, out);
  }
}

}  // namespace albert
