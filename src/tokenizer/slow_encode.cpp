// SlowTokenizer: sequence building, truncation, decoding and its own files.
#include <algorithm>

#include "base/check.h"
#include "tokenizer/slow_tokenizer.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

using Tokens = std::vector<TokenAndId>;

// Cuts `remove` tokens at the truncation side; what is cut, and `stride` more, goes to `overflow` (ids, in text order).
void cut(Tokens& tokens, std::int64_t remove, std::int64_t stride, Side side, std::vector<std::int32_t>& overflow) {
  const auto count = static_cast<std::int64_t>(tokens.size());
  if (count <= remove) return;  // the reference logs an error and leaves the input as it is
  const std::int64_t window = std::min(count, stride + remove);
  const auto first = side == Side::right ? tokens.end() - window : tokens.begin();
  for (auto token = first; token != first + window; ++token) overflow.push_back(token->id);
  if (side == Side::right)
    tokens.erase(tokens.end() - remove, tokens.end());
  else
    tokens.erase(tokens.begin(), tokens.begin() + remove);
}

// One token at a time from the longer text; on equal lengths from the second.
void cut_longest(Tokens& first, Tokens& second, std::int64_t remove, Side side) {
  auto a = static_cast<std::int64_t>(first.size()), b = static_cast<std::int64_t>(second.size());
  std::int64_t from_first = 0, from_second = 0;
  for (; remove > 0 && (a > 0 || b > 0); --remove) {
    if (a > b)
      --a, ++from_first;
    else
      --b, ++from_second;
  }
  const auto drop = [side](Tokens& tokens, std::int64_t n) {
    if (side == Side::right)
      tokens.erase(tokens.end() - n, tokens.end());
    else
      tokens.erase(tokens.begin(), tokens.begin() + n);
  };
  drop(first, from_first);
  drop(second, from_second);
}

}  // namespace

std::int64_t SlowTokenizer::num_special_tokens_to_add(bool pair) const { return pair ? 3 : 2; }

Encoding SlowTokenizer::encode_unpadded(const EncodeRequest& request, const CallOptions& options) const {
  const bool pair = request.second.has_value();
  const auto truncation = options.truncation.value_or(TruncationStrategy::do_not_truncate);
  require(!(options.return_overflowing_tokens && pair && truncation == TruncationStrategy::longest_first), ErrorCode::value,
          "overflowing tokens of a pair cannot be returned with longest_first: choose only_first or only_second");
  require(!options.return_overflowing_tokens || options.max_length, ErrorCode::type, "overflowing tokens need a max_length");
  require(options.stride >= 0, ErrorCode::value, "stride has to be 0 or more, not {}", options.stride);

  UniformSequence random(state_->sampling_seed, request.draw);
  const auto tokens_of = [&](const SequenceInput& input) {
    Tokens tokens;
    if (input.is_split_into_words) {
      require(!input.words.empty(), ErrorCode::value, "an input that is split into words has to have at least one");
      for (const std::string& word : input.words) impl_->tokenize(word, state_->split_special_tokens, random, tokens);
    } else {
      impl_->tokenize(input.text, state_->split_special_tokens, random, tokens);
    }
    return tokens;
  };
  Tokens first = tokens_of(request.first);
  Tokens second = pair ? tokens_of(*request.second) : Tokens{};

  Encoding encoding;
  const std::int64_t specials = options.add_special_tokens ? num_special_tokens_to_add(pair) : 0;
  const std::int64_t total = static_cast<std::int64_t>(first.size() + second.size()) + specials;
  // A maximum of 0 counts as none, as in the reference.
  if (truncation != TruncationStrategy::do_not_truncate && options.max_length.value_or(0) != 0 && total > *options.max_length) {
    const std::int64_t remove = *options.max_length > total - (std::int64_t{1} << 62) ? total - *options.max_length : std::int64_t{1} << 62;
    const Side side = state_->truncation_side;
    const std::int64_t stride = std::min(options.stride, total);
    if (truncation == TruncationStrategy::only_first || (truncation == TruncationStrategy::longest_first && !pair))
      cut(first, remove, stride, side, encoding.overflowing_tokens);
    else if (truncation == TruncationStrategy::longest_first)
      cut_longest(first, second, remove, side);
    else if (pair)
      cut(second, remove, stride, side, encoding.overflowing_tokens);
  }
  if (options.return_overflowing_tokens)
    encoding.num_truncated_tokens = total - *options.max_length;
  else
    encoding.overflowing_tokens.clear();

  const std::size_t size = first.size() + second.size() + static_cast<std::size_t>(specials);
  encoding.input_ids.reserve(size);
  encoding.tokens.reserve(size);
  encoding.token_type_ids.reserve(size);
  encoding.special_tokens_mask.reserve(size);
  encoding.sequence_ids.reserve(size);
  encoding.attention_mask.assign(size, 1);
  const auto put = [&](std::string token, std::int32_t id, std::int32_t type, std::int32_t sequence) {
    encoding.input_ids.push_back(id);
    encoding.tokens.push_back(std::move(token));
    encoding.token_type_ids.push_back(type);
    encoding.special_tokens_mask.push_back(sequence < 0);
    encoding.sequence_ids.push_back(sequence);
  };
  const auto special = [&](std::string_view role, std::int32_t type) {
    const auto token = special_token(role);
    require(token.has_value(), ErrorCode::value, "special tokens were asked for but the tokenizer has no {} token", role);
    put(token->content, impl_->id_of(token->content), type, -1);
  };
  // Without special tokens the reference's types are all 0.
  const std::int32_t second_type = options.add_special_tokens ? 1 : 0;
  if (options.add_special_tokens) special("cls", 0);
  for (TokenAndId& token : first) put(std::move(token.text), token.id, 0, 0);
  if (options.add_special_tokens) special("sep", 0);
  for (TokenAndId& token : second) put(std::move(token.text), token.id, second_type, 1);
  if (options.add_special_tokens && pair) special("sep", 1);
  return encoding;
}

std::string SlowTokenizer::decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens) const {
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
    if (any) out += ' ';
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
