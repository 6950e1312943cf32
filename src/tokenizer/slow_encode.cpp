// SlowTokenizer: from a request to an encoding, decoding and its own files.
#include <algorithm>

#include "base/check.h"
#include "tokenizer/prepare.h"
#include "tokenizer/slow_tokenizer.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {

std::int64_t SlowTokenizer::num_special_tokens_to_add(bool pair) const { return pair ? 3 : 2; }

Encoding SlowTokenizer::encode_unpadded(const EncodeRequest& request, const CallOptions& options) const {
  UniformSequence random(state_->sampling_seed, request.draw);
  const bool split_special_tokens = options.split_special_tokens.value_or(state_->split_special_tokens);
  const auto sequence_of = [&](const SequenceInput& input) {
    IdSequence sequence;
    if (input.is_ids) {
      sequence.ids.assign(input.ids.begin(), input.ids.end());
      return sequence;
    }
    if (input.is_tokens) {
      sequence.tokens.assign(input.words.begin(), input.words.end());
      for (const std::string& token : sequence.tokens) sequence.ids.push_back(convert_token_to_id(token));
      return sequence;
    }
    std::vector<TokenAndId> tokens;
    if (input.is_split_into_words) {
      require(!input.words.empty(), ErrorCode::value, "an input that is split into words has to have at least one");
      for (const std::string& word : input.words) impl_->tokenize(word, split_special_tokens, random, tokens);
    } else {
      impl_->tokenize(input.text, split_special_tokens, random, tokens);
    }
    sequence.ids.reserve(tokens.size());
    sequence.tokens.reserve(tokens.size());
    for (TokenAndId& token : tokens) {
      sequence.ids.push_back(token.id);
      sequence.tokens.push_back(std::move(token.text));
    }
    return sequence;
  };
  IdSequence first = sequence_of(request.first);
  std::optional<IdSequence> second;
  if (request.second) second = sequence_of(*request.second);
  return prepare(*this, std::move(first), std::move(second), options);
}

std::string SlowTokenizer::decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens,
                                          bool spaces_between_special_tokens) const {
  const std::vector<std::string> special = all_special_tokens();
  const std::vector<std::int32_t> special_ids = all_special_ids();
  // Added tokens that are no special tokens, and additional special ones outside the vocabulary, stand alone.
  const auto stands_alone = [&](const std::string& token) {
    if (!impl_->added_encoder.contains(token)) return false;
    if (std::find(special.begin(), special.end(), token) == special.end()) return true;
    return impl_->id_of(token) >= vocab_size() &&
           std::any_of(state_->additional.begin(), state_->additional.end(),
                       [&](const RoleToken& additional) { return additional.token.content == token; });
  };
  std::string out;
  bool any = false;
  std::vector<std::string> run;
  const auto join = [&](std::string_view item) {
    if (any && spaces_between_special_tokens) out += ' ';
    any = true;
    out += item;
  };
  for (const std::int32_t id : ids) {
    if (skip_special_tokens && std::find(special_ids.begin(), special_ids.end(), id) != special_ids.end()) continue;
    std::string token(impl_->text_of(id));
    if (!stands_alone(token)) {
      run.push_back(std::move(token));
      continue;
    }
    if (!run.empty()) {
      const std::string text = convert_tokens_to_string(run);
      if (!text.empty()) join(text);
      run.clear();
    }
    join(token);
  }
  if (!run.empty()) join(convert_tokens_to_string(run));
  return out;
}

std::vector<std::string> SlowTokenizer::save_files(const std::string& directory, const SaveOptions& options) const {
  require(options.legacy_format.value_or(true), ErrorCode::value,
          "the slow tokenizer has no tokenizer.json: legacy_format cannot be false");
  const std::string prefix = options.filename_prefix.empty() ? "" : options.filename_prefix + "-";
  const std::string added_file = join_path(directory, prefix + "added_tokens.json");
  Json added = Json::Object{};
  for (const auto& [id, token] : added_tokens())
    if (id >= vocab_size()) added.set(token.content, id);
  if (!added.as_object().empty()) write_file(added_file, dump_json(added, {.indent = 2, .sort_keys = true, .ensure_ascii = false}) + "\n");

  return {impl_->model->save_vocabulary(directory, prefix), added_file};
}

}  // namespace albert
