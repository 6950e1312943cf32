// SlowTokenizer: construction, vocabulary and added tokens.
#include "tokenizer/slow_tokenizer.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "tokenizer/tokenizer_state.h"
#include "tokenizer/unicode.h"

namespace albert {

SlowTokenizer::Impl::Impl(std::unique_ptr<SlowModel> class_model, const TokenizerArguments& arguments) : model(std::move(class_model)) {
  for (const auto& [id, token] : arguments.added_tokens_decoder) set_added(id, token);
}

const AddedToken* SlowTokenizer::Impl::find_added(std::string_view text) const {
  if (text.empty()) return nullptr;
  const auto id = added_encoder.find(std::string(text));
  if (id == added_encoder.end()) return nullptr;
  return &added_decoder[added_position.at(id->second)].second;
}

void SlowTokenizer::Impl::set_added(std::int32_t id, const AddedToken& token) {
  const auto [place, is_new] = added_position.emplace(id, added_decoder.size());
  if (is_new)
    added_decoder.emplace_back(id, token);
  else
    added_decoder[place->second].second = token;
  added_encoder.insert_or_assign(token.content, id);
  if (const auto entry = model->find(token.content); entry && *entry != id) shadowed_entries[*entry] = id;
}

SlowTokenizer::Impl::AddedTexts SlowTokenizer::Impl::added_texts() const {
  AddedTexts texts;
  for (const auto& [id, token] : added_decoder) {
    auto& held = texts.ids.emplace(token.content, id).first->second;
    held = std::max(held, id);
    if (const auto hidden = model->entry_hidden_by(id); hidden && *hidden != token.content) texts.hidden_entries.emplace(*hidden);
  }
  return texts;
}

std::int64_t SlowTokenizer::Impl::count(const AddedTexts& texts) const {
  std::int64_t total = model->size() - static_cast<std::int64_t>(texts.hidden_entries.size());
  for (const auto& [text, id] : texts.ids) total += !model->find(text) || texts.hidden_entries.contains(text);
  return total;
}

void SlowTokenizer::Impl::refresh(const TokenizerState& state) {
  // As in the reference, a token that another one replaced before this is not searched for.
  for (const auto& [id, token] : added_decoder) splitter.add(token.content);
  size = count(added_texts());
  kept_by_lower_casing.clear();
  kept_first_byte.fill(false);
  for (const RoleToken& token : state.all_special_tokens()) kept_by_lower_casing.push_back(token.token.content);
  for (const auto& [id, token] : added_decoder)
    if (!token.special && token.normalized && !token.content.empty()) kept_by_lower_casing.push_back(token.content);
  for (const std::string& token : kept_by_lower_casing) kept_first_byte[static_cast<std::uint8_t>(token[0])] = true;
  model->set_special_tokens(state);
}

std::optional<std::int32_t> SlowTokenizer::Impl::find(std::string_view text) const {
  if (const auto added = added_encoder.find(std::string(text)); added != added_encoder.end()) return added->second;
  return model->find(text);
}

std::int32_t SlowTokenizer::Impl::id_of(std::string_view text) const {
  const std::int32_t id = find(text).value_or(model->unknown_id());
  require(id >= 0, ErrorCode::key, "token \"{}\" is not in the vocabulary, and there is no unknown token to stand for it", text);
  return id;
}

std::string_view SlowTokenizer::Impl::text_of(std::int32_t id) const {
  if (const auto added = added_position.find(id); added != added_position.end()) return added_decoder[added->second].second.content;
  return model->text_of(id);
}

SlowTokenizer::SlowTokenizer(const TokenizerArguments& arguments, std::string class_name, std::unique_ptr<SlowModel> model)
    : Tokenizer(arguments, std::move(class_name)), impl_(std::make_unique<Impl>(std::move(model), arguments)) {
  // Special tokens that the vocabulary or the added tokens lack come at the end, in the order of the roles.
  std::vector<TokenArgument> special;
  for (const RoleToken& role : state_->all_special_tokens()) {
    if (role.is_object)
      special.emplace_back(role.token);
    else if (!impl_->added_encoder.contains(role.token.content))
      special.emplace_back(role.token.content);
  }
  SlowTokenizer::add_tokens(special, true);
}

SlowTokenizer::~SlowTokenizer() = default;

const SlowModel& SlowTokenizer::model() const noexcept { return *impl_->model; }

std::vector<std::string> SlowTokenizer::tokenize(std::string_view text) const {
  std::vector<TokenAndId> tokens;
  UniformSequence random(state_->sampling_seed, state_->next_draw++);
  impl_->tokenize(text, state_->split_special_tokens, random, tokens);
  std::vector<std::string> texts;
  texts.reserve(tokens.size());
  for (TokenAndId& token : tokens) texts.push_back(std::move(token.text));
  return texts;
}

std::string SlowTokenizer::convert_tokens_to_string(std::span<const std::string> tokens) const { return impl_->model->join(tokens); }
std::int32_t SlowTokenizer::convert_token_to_id(std::string_view token) const { return impl_->id_of(token); }
std::optional<std::int32_t> SlowTokenizer::find_token(std::string_view token) const { return impl_->find(token); }
std::string SlowTokenizer::convert_id_to_token(std::int32_t id) const { return std::string(impl_->text_of(id)); }
void SlowTokenizer::for_each_entry(const EntryVisitor& visit) const { impl_->model->for_each(visit); }
std::int64_t SlowTokenizer::vocab_size() const noexcept { return impl_->model->size(); }
std::int64_t SlowTokenizer::size() const noexcept { return impl_->size; }

std::vector<std::pair<std::int32_t, AddedToken>> SlowTokenizer::added_tokens() const {
  auto tokens = impl_->added_decoder;
  std::sort(tokens.begin(), tokens.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return tokens;
}

std::int64_t SlowTokenizer::add_tokens(const std::vector<TokenArgument>& tokens, bool special_tokens) {
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
    if (!token.special && token.normalized && impl_->model->lowers_case()) token.content = lower_string(token.content);
    std::int64_t id;
    if (const auto held = present.ids.find(token.content); held != present.ids.end()) {
      id = held->second;
    } else if (const auto entry = impl_->model->find(token.content); entry && !present.hidden_entries.contains(token.content)) {
      id = *entry;
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
