// AlbertTokenizer: construction, vocabulary and added tokens.
#include "tokenizer/albert_tokenizer.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "tokenizer/tokenizer_state.h"
#include "tokenizer/unicode.h"

namespace albert {
namespace {

TokenizerArguments arguments_for_file(const std::string& vocab_file, const Json& init_arguments) {
  TokenizerArguments arguments;
  require(init_arguments.is_null() || init_arguments.is_object(), ErrorCode::type, "init arguments have to be an object, not {}",
          init_arguments.type_name());
  if (init_arguments.is_object()) arguments.init_kwargs = init_arguments;
  arguments.vocab_file = MappedFile::open(vocab_file);
  arguments.provenance = "AlbertTokenizer from " + vocab_file;
  return arguments;
}

// Sampling and SentencePiece's own begin and end tokens are refused, not ignored.
void check_sentencepiece_arguments(const Json& arguments) {
  require(arguments.is_object(), ErrorCode::type, "sp_model_kwargs has to be an object, not {}", arguments.type_name());
  constexpr std::string_view switches[] = {"enable_sampling", "add_bos", "add_eos", "reverse", "emit_unk_piece"};
  constexpr std::string_view settings[] = {"nbest_size", "alpha", "num_threads"};
  for (const auto& [key, value] : arguments.as_object()) {
    const bool is_switch = std::find(std::begin(switches), std::end(switches), key) != std::end(switches);
    require(is_switch || std::find(std::begin(settings), std::end(settings), key) != std::end(settings), ErrorCode::type,
            "sp_model_kwargs: {:?} is not known", key);
    require(!is_switch || !bool_argument(arguments, key, false), ErrorCode::not_implemented, "sp_model_kwargs: {} is not available", key);
  }
}

const TokenizerArguments& completed(TokenizerArguments& arguments) {
  arguments.init_kwargs = with_albert_defaults(std::move(arguments.init_kwargs));
  if (const Json* options = arguments.init_kwargs.find("sp_model_kwargs"); options == nullptr || options->is_null())
    arguments.init_kwargs.set("sp_model_kwargs", Json::Object{});
  check_sentencepiece_arguments(*arguments.init_kwargs.find("sp_model_kwargs"));
  return arguments;
}

}  // namespace

AlbertTokenizer::Impl::Impl(std::shared_ptr<const SentencePieceModel> model, const TokenizerArguments& arguments)
    : sentencepiece(std::move(model)),
      vocab_file(arguments.vocab_file),
      do_lower_case(bool_argument(arguments.init_kwargs, "do_lower_case", true)),
      remove_space(bool_argument(arguments.init_kwargs, "remove_space", true)),
      keep_accents(bool_argument(arguments.init_kwargs, "keep_accents", false)) {
  for (const auto& [id, token] : arguments.added_tokens_decoder) set_added(id, token);
}

const AddedToken* AlbertTokenizer::Impl::find_added(std::string_view text) const {
  if (text.empty()) return nullptr;
  const auto id = added_encoder.find(std::string(text));
  if (id == added_encoder.end()) return nullptr;
  return &added_decoder[added_position.at(id->second)].second;
}

void AlbertTokenizer::Impl::set_added(std::int32_t id, const AddedToken& token) {
  const auto [place, is_new] = added_position.emplace(id, added_decoder.size());
  if (is_new)
    added_decoder.emplace_back(id, token);
  else
    added_decoder[place->second].second = token;
  added_encoder.insert_or_assign(token.content, id);
  if (const auto piece = sentencepiece.find(token.content); piece && *piece != id) shadowed_pieces[*piece] = id;
}

AlbertTokenizer::Impl::AddedTexts AlbertTokenizer::Impl::added_texts() const {
  AddedTexts texts;
  for (const auto& [id, token] : added_decoder) {
    auto& held = texts.ids.emplace(token.content, id).first->second;
    held = std::max(held, id);
    if (id < sentencepiece.size() && sentencepiece.id_to_piece(id) != token.content)
      texts.hidden_pieces.emplace(sentencepiece.id_to_piece(id));
  }
  return texts;
}

std::int64_t AlbertTokenizer::Impl::count(const AddedTexts& texts) const {
  std::int64_t total = sentencepiece.size() - static_cast<std::int64_t>(texts.hidden_pieces.size());
  for (const auto& [text, id] : texts.ids) total += !sentencepiece.find(text) || texts.hidden_pieces.contains(text);
  return total;
}

void AlbertTokenizer::Impl::refresh(const TokenizerState& state) {
  // As in the reference, a token that another one replaced before this is not searched for.
  for (const auto& [id, token] : added_decoder) splitter.add(token.content);
  size = count(added_texts());
  kept_by_lower_casing.clear();
  kept_first_byte.fill(false);
  for (const RoleToken& token : state.all_special_tokens()) kept_by_lower_casing.push_back(token.token.content);
  for (const auto& [id, token] : added_decoder)
    if (!token.special && token.normalized && !token.content.empty()) kept_by_lower_casing.push_back(token.content);
  for (const std::string& token : kept_by_lower_casing) kept_first_byte[static_cast<std::uint8_t>(token[0])] = true;
}

std::int32_t AlbertTokenizer::Impl::id_of(std::string_view text) const {
  if (const auto added = added_encoder.find(std::string(text)); added != added_encoder.end()) return added->second;
  return sentencepiece.piece_to_id(text);
}

std::string_view AlbertTokenizer::Impl::text_of(std::int32_t id) const {
  if (const auto added = added_position.find(id); added != added_position.end()) return added_decoder[added->second].second.content;
  require(id >= 0 && id < sentencepiece.size(), ErrorCode::index, "token id {} is out of range: the vocabulary has {} pieces", id,
          sentencepiece.size());
  return sentencepiece.id_to_piece(id);
}

AlbertTokenizer::AlbertTokenizer(const std::string& vocab_file, const Json& init_arguments)
    : AlbertTokenizer(arguments_for_file(vocab_file, init_arguments)) {}

AlbertTokenizer::AlbertTokenizer(TokenizerArguments&& arguments) : Tokenizer(completed(arguments), "AlbertTokenizer") {
  require(arguments.vocab_file != nullptr, ErrorCode::type,
          "the slow tokenizer needs a SentencePiece model file (spiece.model), there is none");
  impl_ = std::make_unique<Impl>(SentencePieceModel::parse(arguments.vocab_file), arguments);
  // Special tokens that the vocabulary or the added tokens lack come at the end, in the order of the roles.
  std::vector<TokenArgument> special;
  for (const RoleToken& role : state_->all_special_tokens()) {
    if (role.is_object)
      special.emplace_back(role.token);
    else if (!impl_->added_encoder.contains(role.token.content))
      special.emplace_back(role.token.content);
  }
  add_tokens(special, true);
}

AlbertTokenizer::~AlbertTokenizer() = default;

std::unique_ptr<AlbertTokenizer> AlbertTokenizer::from_pretrained(const std::string& path, const Json& overrides) {
  if (is_file(path)) return std::make_unique<AlbertTokenizer>(path, overrides);
  require(is_directory(path), ErrorCode::not_found, "{}: no such file or directory", path);
  return std::make_unique<AlbertTokenizer>(load_tokenizer_arguments(DirectorySource(path), overrides, false));
}

std::vector<std::string> AlbertTokenizer::tokenize(std::string_view text) const {
  std::vector<TokenAndId> tokens;
  impl_->tokenize(text, state_->split_special_tokens, tokens);
  std::vector<std::string> texts;
  texts.reserve(tokens.size());
  for (TokenAndId& token : tokens) texts.push_back(std::move(token.text));
  return texts;
}

std::int32_t AlbertTokenizer::convert_token_to_id(std::string_view token) const { return impl_->id_of(token); }

std::optional<std::int32_t> AlbertTokenizer::find_token(std::string_view token) const {
  if (const auto added = impl_->added_encoder.find(std::string(token)); added != impl_->added_encoder.end()) return added->second;
  return impl_->sentencepiece.find(token);
}

std::string AlbertTokenizer::convert_id_to_token(std::int32_t id) const { return std::string(impl_->text_of(id)); }
std::int64_t AlbertTokenizer::vocab_size() const noexcept { return impl_->sentencepiece.size(); }
std::int64_t AlbertTokenizer::size() const noexcept { return impl_->size; }

std::vector<std::pair<std::int32_t, AddedToken>> AlbertTokenizer::added_tokens() const {
  auto tokens = impl_->added_decoder;
  std::sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return tokens;
}

std::int64_t AlbertTokenizer::add_tokens(const std::vector<TokenArgument>& tokens, bool special_tokens) {
  // As the reference: ids go on from the number of distinct texts, which is not always the first free id.
  Impl::AddedTexts present = impl_->added_texts();
  const std::int64_t first = impl_->count(present);
  std::int64_t added = 0;
  for (const TokenArgument& argument : tokens) {
    AddedToken token;
    if (const auto* text = std::get_if<std::string>(&argument)) {
      if (text->empty() || impl_->added_encoder.contains(*text)) continue;
      token.content = *text;
      token.special = special_tokens || state_->is_special_token(*text);
      token.normalized = !token.special;
    } else {
      token = std::get<AddedToken>(argument);
      if (token.content.empty()) continue;
      token.special = token.special || special_tokens;
    }
    if (!token.special && token.normalized && impl_->do_lower_case) token.content = lower_string(token.content);
    std::int64_t id;
    if (const auto held = present.ids.find(token.content); held != present.ids.end()) {
      id = held->second;
    } else if (const auto piece = impl_->sentencepiece.find(token.content); piece && !present.hidden_pieces.contains(token.content)) {
      id = *piece;
    } else {
      id = first + added++;
      require(id <= std::numeric_limits<std::int32_t>::max(), ErrorCode::resource, "too many tokens");
      present.ids.emplace(token.content, static_cast<std::int32_t>(id));
    }
    if (token.special && !state_->is_special_token(token.content)) state_->additional.push_back({token, true});
    impl_->set_added(static_cast<std::int32_t>(id), token);
  }
  impl_->refresh(*state_);
  return added;
}

}  // namespace albert
