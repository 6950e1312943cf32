#include "albert/tokenizer.h"

#include <algorithm>

#include "base/check.h"
#include "base/file_source.h"
#include "base/parallel.h"
#include "tokenizer/clean_up.h"
#include "tokenizer/options.h"
#include "tokenizer/padding.h"
#include "tokenizer/prepare.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {

Tokenizer::Tokenizer(const TokenizerArguments& arguments, std::string class_name)
    : state_(std::make_unique<TokenizerState>(arguments.init_kwargs, std::move(class_name))) {
  state_->provenance = arguments.provenance;
}
Tokenizer::~Tokenizer() = default;

const std::string& Tokenizer::class_name() const noexcept { return state_->class_name; }
const std::string& Tokenizer::provenance() const noexcept { return state_->provenance; }

std::unique_ptr<Tokenizer> Tokenizer::from_pretrained(const std::string& directory, bool use_fast, const Json& overrides) {
  const auto files = find_source(directory);
  require(files != nullptr, ErrorCode::not_found, "{}: no such directory: a tokenizer is loaded from a directory with its files",
          directory);
  return load_tokenizer(*files, use_fast, overrides);
}

// --- text to ids ---

namespace {

// Python takes an empty second text of a single call for none.
bool is_absent(const SequenceInput& input) { return input.is_split_into_words ? input.words.empty() : input.text.empty(); }

void set_n_sequences(Encoding& encoding, bool pair) {
  encoding.n_sequences = pair ? 2 : 1;
  for (Encoding& window : encoding.overflowing) window.n_sequences = encoding.n_sequences;
}

}  // namespace

Encoding Tokenizer::encode_one(EncodeRequest request, const CallOptions& options) const {
  std::vector<std::string> warnings;
  const CallOptions resolved = resolve_options(*this, options, warnings);
  if (is_fast()) {
    check_fast_options(*this, resolved);
    if (request.second && is_absent(*request.second)) request.second.reset();
  }
  Encoding encoding;
  if (is_fast()) {
    encoding = std::move(encode_requests({&request, 1}, resolved, 1).front());
  } else {
    request.draw = state_->next_draw++;
    encoding = encode_unpadded(request, resolved);
    // The reference's slow form returns an empty single row as it is.
    if (encoding.size() != 0) pad_encodings(*this, *state_, {&encoding, 1}, resolved);
  }
  encoding.warnings.insert(encoding.warnings.begin(), warnings.begin(), warnings.end());
  return encoding;
}

std::vector<Encoding> Tokenizer::encode_requests(std::span<const EncodeRequest> requests, const CallOptions& resolved, int threads) const {
  std::vector<Encoding> encodings(requests.size());
  const std::uint64_t first_draw = state_->next_draw.fetch_add(requests.size());
  const auto encode = [&](std::int64_t i) {
    EncodeRequest request = requests[static_cast<std::size_t>(i)];
    request.draw = first_draw + static_cast<std::uint64_t>(i);
    Encoding& encoding = encodings[static_cast<std::size_t>(i)];
    encoding = encode_unpadded(request, resolved);
    set_n_sequences(encoding, request.second.has_value());
  };
  const auto count = static_cast<std::int64_t>(requests.size());
  std::size_t bytes = 0;
  const auto add_bytes = [&](const SequenceInput& input) {
    bytes += input.text.size();
    for (const std::string& word : input.words) bytes += word.size();
  };
  for (const EncodeRequest& request : requests) {
    add_bytes(request.first);
    if (request.second) add_bytes(*request.second);
  }
  constexpr std::size_t worth_a_thread = 1 << 16;  // about ten milliseconds of work; starting threads costs a tenth of one
  if (threads == 1 || count < 2 || bytes < worth_a_thread) {
    for (std::int64_t i = 0; i < count; ++i) encode(i);
  } else {
    ThreadPool(threads).for_each(count, encode);
  }
  pad_encodings(*this, *state_, encodings, resolved);
  if (is_fast())
    for (Encoding& encoding : encodings) {
      warn_if_too_long(*this, encoding.size(), resolved, encoding.warnings);
      for (const Encoding& window : encoding.overflowing) warn_if_too_long(*this, window.size(), resolved, encoding.warnings);
    }
  return encodings;
}

Encoding Tokenizer::operator()(std::string_view text, const CallOptions& options) const {
  return encode_one({.first = {.text = text}}, options);
}

Encoding Tokenizer::operator()(std::string_view text, std::string_view text_pair, const CallOptions& options) const {
  return encode_one({.first = {.text = text}, .second = SequenceInput{.text = text_pair}}, options);
}

Encoding Tokenizer::encode_words(std::span<const std::string> words, const CallOptions& options) const {
  return encode_one({.first = {.words = words, .is_split_into_words = true}}, options);
}

Encoding Tokenizer::encode_words(std::span<const std::string> words, std::span<const std::string> words_pair,
                                 const CallOptions& options) const {
  return encode_one(
      {.first = {.words = words, .is_split_into_words = true}, .second = SequenceInput{.words = words_pair, .is_split_into_words = true}},
      options);
}

std::vector<Encoding> Tokenizer::encode_batch(std::span<const TextInput> inputs, const CallOptions& options, int threads) const {
  std::vector<std::string> warnings;
  const CallOptions resolved = resolve_options(*this, options, warnings);
  if (is_fast()) check_fast_options(*this, resolved);
  std::vector<EncodeRequest> requests;
  requests.reserve(inputs.size());
  for (const TextInput& input : inputs) {
    requests.push_back({.first = {.text = input.text}});
    if (input.text_pair) requests.back().second = SequenceInput{.text = *input.text_pair};
  }
  std::vector<Encoding> encodings = encode_requests(requests, resolved, threads);
  if (!encodings.empty()) encodings.front().warnings.insert(encodings.front().warnings.begin(), warnings.begin(), warnings.end());
  return encodings;
}

void Tokenizer::pad(std::span<Encoding> encodings, const CallOptions& options) const {
  std::vector<std::string> warnings;
  const CallOptions resolved = resolve_options(*this, options, warnings);
  pad_encodings(*this, *state_, encodings, resolved);
}

// --- ids to text ---

std::string Tokenizer::decode(std::span<const std::int32_t> ids, bool skip_special_tokens, std::optional<bool> clean_up,
                              bool spaces_between_special_tokens) const {
  std::string text = decode_unclean(ids, skip_special_tokens, spaces_between_special_tokens);
  return clean_up.value_or(state_->clean_up_tokenization_spaces) ? clean_up_tokenization(std::move(text)) : text;
}

std::vector<std::string> Tokenizer::batch_decode(std::span<const std::vector<std::int32_t>> sequences, bool skip_special_tokens,
                                                 std::optional<bool> clean_up, bool spaces_between_special_tokens) const {
  std::vector<std::string> texts;
  texts.reserve(sequences.size());
  for (const auto& ids : sequences) texts.push_back(decode(ids, skip_special_tokens, clean_up, spaces_between_special_tokens));
  return texts;
}

// --- vocabulary ---

std::vector<std::int32_t> Tokenizer::convert_tokens_to_ids(std::span<const std::string> tokens) const {
  std::vector<std::int32_t> ids;
  ids.reserve(tokens.size());
  for (const std::string& token : tokens) ids.push_back(convert_token_to_id(token));
  return ids;
}

std::vector<std::optional<std::string>> Tokenizer::convert_ids_to_tokens(std::span<const std::int32_t> ids,
                                                                         bool skip_special_tokens) const {
  const std::vector<std::int32_t> special = skip_special_tokens ? all_special_ids() : std::vector<std::int32_t>();
  std::vector<std::optional<std::string>> tokens;
  tokens.reserve(ids.size());
  for (const std::int32_t id : ids) {
    if (std::find(special.begin(), special.end(), id) != special.end()) continue;
    require(id >= 0 || !is_fast(), ErrorCode::value, "token id {} is negative", id);
    try {
      tokens.emplace_back(convert_id_to_token(id));
    } catch (const Error& error) {
      if (!is_fast() || error.code() != ErrorCode::index) throw;
      tokens.emplace_back(std::nullopt);
    }
  }
  return tokens;
}

std::map<std::string, std::int32_t> Tokenizer::get_vocab() const {
  std::map<std::string, std::int32_t> vocab;
  for_each_entry([&](std::string_view token, std::int32_t id) { vocab.insert_or_assign(std::string(token), id); });
  for (const auto& [id, token] : added_tokens()) vocab.insert_or_assign(token.content, id);
  return vocab;
}

std::map<std::string, std::int32_t> Tokenizer::get_added_vocab() const {
  std::map<std::string, std::int32_t> vocab;
  for (const auto& [id, token] : added_tokens()) vocab.insert_or_assign(token.content, id);
  return vocab;
}

// --- special tokens ---

Json Tokenizer::special_tokens_map() const { return state_->special_tokens_map(true); }

std::optional<AddedToken> Tokenizer::special_token(std::string_view role) const {
  const auto& token = state_->roles[TokenizerState::role_index(role)];
  if (!token) return std::nullopt;
  return token->token;
}

std::optional<std::int32_t> Tokenizer::special_token_id(std::string_view role) const {
  const auto& token = state_->roles[TokenizerState::role_index(role)];
  if (!token) return std::nullopt;
  return convert_token_to_id(token->token.content);
}

std::vector<AddedToken> Tokenizer::additional_special_tokens() const {
  std::vector<AddedToken> tokens;
  for (const RoleToken& token : state_->additional) tokens.push_back(token.token);
  return tokens;
}

std::vector<std::string> Tokenizer::all_special_tokens() const {
  std::vector<std::string> texts;
  for (const RoleToken& token : state_->all_special_tokens()) texts.push_back(token.token.content);
  return texts;
}

std::vector<std::int32_t> Tokenizer::all_special_ids() const {
  std::vector<std::int32_t> ids;
  for (const RoleToken& token : state_->all_special_tokens()) ids.push_back(convert_token_to_id(token.token.content));
  return ids;
}

std::vector<std::int32_t> Tokenizer::special_tokens_mask(std::span<const std::int32_t> ids) const {
  const std::vector<std::int32_t> special = all_special_ids();
  std::vector<std::int32_t> mask;
  mask.reserve(ids.size());
  for (const std::int32_t id : ids) mask.push_back(std::find(special.begin(), special.end(), id) != special.end());
  return mask;
}

std::int64_t Tokenizer::add_special_tokens(const std::vector<std::pair<std::string, TokenArgument>>& roles,
                                           bool replace_additional_special_tokens) {
  const auto held = [](const TokenArgument& argument) -> RoleToken {
    // A plain string becomes an object here, special and not normalized.
    if (const auto* text = std::get_if<std::string>(&argument)) return {TokenizerState::plain(*text).token, true};
    RoleToken token{std::get<AddedToken>(argument), true};
    token.token.special = true;
    return token;
  };
  for (const auto& [role, argument] : roles)
    if (role != "additional_special_tokens") (void)TokenizerState::role_index(role);  // nothing changes if a name is wrong

  std::vector<TokenArgument> added;
  std::vector<RoleToken> additional;
  bool has_additional = false;
  for (const auto& [role, argument] : roles) {
    const RoleToken token = held(argument);
    if (role == "additional_special_tokens") {
      has_additional = true;
      const auto same = [&](const RoleToken& other) { return other.token.content == token.token.content; };
      if (std::any_of(state_->additional.begin(), state_->additional.end(), same)) continue;
      additional.push_back(token);
    } else {
      state_->roles[TokenizerState::role_index(role)] = token;
    }
    added.push_back(token.token);
  }
  if (has_additional) {
    if (replace_additional_special_tokens) state_->additional.clear();
    state_->additional.insert(state_->additional.end(), additional.begin(), additional.end());
  }
  return add_tokens(added, true);
}

// --- settings ---

std::int64_t Tokenizer::model_max_length() const noexcept { return state_->model_max_length; }
void Tokenizer::set_model_max_length(std::int64_t length) noexcept {
  state_->model_max_length = length;
  state_->model_max_length_json = length;
}
std::int64_t Tokenizer::max_len_single_sentence() const {
  return model_max_length() < no_max_length ? model_max_length() - num_special_tokens_to_add(false) : no_max_length;
}
std::int64_t Tokenizer::max_len_sentences_pair() const {
  return model_max_length() < no_max_length ? model_max_length() - num_special_tokens_to_add(true) : no_max_length;
}
const std::vector<std::string>& Tokenizer::model_input_names() const noexcept { return state_->model_input_names; }
void Tokenizer::set_model_input_names(std::vector<std::string> names) {
  require(!names.empty(), ErrorCode::value, "a model has at least one input");
  state_->model_input_names = std::move(names);
}
Side Tokenizer::padding_side() const noexcept { return state_->padding_side; }
void Tokenizer::set_padding_side(Side side) noexcept { state_->padding_side = side; }
Side Tokenizer::truncation_side() const noexcept { return state_->truncation_side; }
void Tokenizer::set_truncation_side(Side side) noexcept { state_->truncation_side = side; }

}  // namespace albert
