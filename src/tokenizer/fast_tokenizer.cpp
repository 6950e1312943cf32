#include <algorithm>
#include <limits>

#include "albert/tokenizer.h"
#include "base/check.h"
#include "tokenizer/arguments.h"
#include "tokenizer/fast_class.h"
#include "tokenizer/fast_pipeline.h"
#include "tokenizer/tokenizer_json.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {

struct FastTokenizer::Impl {
  const FastClass& description;
  std::unique_ptr<FastPipeline> pipeline;
  TokenizerArguments arguments;

  Impl(TokenizerArguments&& given, const FastClass& described);
};

namespace {

// The file's settings take the place of arguments that were not given.
void adopt_settings(const FastPipeline::Settings& settings, Json& kwargs) {
  const auto otherwise = [&](std::string_view name, const auto& value) {
    if (kwargs.find(name) == nullptr) kwargs.set(name, Json(value));
  };
  const auto count = [](std::uint64_t value) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
  };
  const auto count_or_null = [&](std::string_view name, const std::optional<std::uint64_t>& value) {
    if (value)
      otherwise(name, count(*value));
    else
      otherwise(name, nullptr);
  };
  const auto side = [](Side value) { return value == Side::left ? "left" : "right"; };
  if (const auto& truncation = settings.truncation) {
    otherwise("max_length", count(truncation->max_length));
    otherwise("truncation_side", side(truncation->side));
    otherwise("stride", count(truncation->stride));
    const bool first = truncation->strategy == TruncationStrategy::only_first,
               second = truncation->strategy == TruncationStrategy::only_second;
    otherwise("truncation_strategy", first ? "only_first" : second ? "only_second" : "longest_first");
  }
  if (const auto& padding = settings.padding) {
    otherwise("pad_token", padding->pad_token);
    otherwise("pad_token_type_id", count(padding->pad_type_id));
    otherwise("padding_side", side(padding->direction));
    count_or_null("max_length", padding->fixed);
    count_or_null("pad_to_multiple_of", padding->pad_to_multiple_of);
  }
}

// Adds what the arguments name and the file does not have: the listed tokens by id, then the special ones.
void add_missing_tokens(FastPipeline& pipeline, const TokenizerState& state, std::vector<std::pair<std::int32_t, AddedToken>> listed) {
  std::stable_sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<AddedToken> tokens;
  tokens.reserve(listed.size());
  for (auto& [id, token] : listed) tokens.push_back(std::move(token));
  const std::size_t from_list = tokens.size();
  for (const RoleToken& role : state.all_special_tokens()) {
    const auto end = tokens.begin() + static_cast<std::ptrdiff_t>(from_list);
    const auto same_text = [&](const AddedToken& token) { return token.content == role.token.content; };
    // A plain text is there already if its text is; an object only if all its flags are the same.
    if (role.is_object ? std::find(tokens.begin(), end, role.token) != end
                       : pipeline.added().find(role.token.content).has_value() || std::any_of(tokens.begin(), end, same_text))
      continue;
    tokens.push_back(role.token);
  }
  for (AddedToken& token : tokens) token.special = token.special || state.is_special_token(token.content);
  if (!tokens.empty()) pipeline.add_tokens(tokens);
}

std::int32_t to_id(std::uint32_t id) { return static_cast<std::int32_t>(id); }

}  // namespace

FastTokenizer::Impl::Impl(TokenizerArguments&& given, const FastClass& described) : description(described), arguments(std::move(given)) {
  Json& kwargs = arguments.init_kwargs;
  kwargs = description.with_defaults(std::move(kwargs));
  if (bool_argument(kwargs, "from_slow", false)) arguments.tokenizer_file = nullptr;
  kwargs.erase("from_slow");
  if (arguments.tokenizer_file)
    pipeline = read_tokenizer_json(arguments.tokenizer_file->text(), arguments.tokenizer_file->name());
  else
    pipeline = description.derive(arguments);
  adopt_settings(pipeline->settings(), kwargs);
}

FastTokenizer::FastTokenizer(TokenizerArguments&& arguments, const FastClass& description)
    : FastTokenizer(std::make_unique<Impl>(std::move(arguments), description)) {}

FastTokenizer::FastTokenizer(std::unique_ptr<Impl> impl)
    : Tokenizer(impl->arguments, std::string(impl->description.name())), impl_(std::move(impl)) {
  add_missing_tokens(*impl_->pipeline, *state_, impl_->arguments.added_tokens_decoder);
  impl_->description.adjust(*impl_->pipeline, impl_->arguments.init_kwargs);
}

FastTokenizer::~FastTokenizer() = default;

// --- text to ids ---

Encoding FastTokenizer::encode_unpadded(const EncodeRequest& request, const CallOptions& options) const {
  const FastPipeline& pipeline = *impl_->pipeline;
  FastPipeline::Settings settings;
  if (options.truncation.value_or(TruncationStrategy::do_not_truncate) != TruncationStrategy::do_not_truncate) {
    const std::int64_t maximum = options.max_length.value_or(0);
    settings.truncation =
        Truncation{static_cast<std::uint64_t>(maximum), *options.truncation, static_cast<std::uint64_t>(options.stride), truncation_side()};
  }
  if (options.padding != PaddingStrategy::do_not_pad) {
    PaddingSettings padding;
    if (options.padding == PaddingStrategy::max_length)
      padding.fixed = static_cast<std::uint64_t>(std::max<std::int64_t>(0, options.max_length.value_or(0)));
    padding.direction = padding_side();
    if (options.pad_to_multiple_of) padding.pad_to_multiple_of = static_cast<std::uint64_t>(*options.pad_to_multiple_of);
    padding.pad_id = static_cast<std::uint32_t>(special_token_id("pad").value_or(0));
    padding.pad_token = special_token("pad").value_or(AddedToken{}).content;
    settings.padding = std::move(padding);
  }
  pipeline.keep_settings(settings);

  Encoding first = pipeline.encode(request.first);
  if (!request.second)
    return pipeline.finish(std::move(first), nullptr, options.add_special_tokens, settings.truncation, options.return_overflowing_tokens);
  Encoding second = pipeline.encode(*request.second);
  return pipeline.finish(std::move(first), &second, options.add_special_tokens, settings.truncation, options.return_overflowing_tokens);
}

std::vector<std::string> FastTokenizer::tokenize(std::string_view text) const {
  CallOptions options;
  options.add_special_tokens = false;
  return (*this)(text, options).tokens;
}

// --- ids to text ---

std::string FastTokenizer::decode_unclean(std::span<const std::int32_t> ids, bool skip_special_tokens,
                                          bool /*spaces_between_special_tokens*/) const {
  return impl_->pipeline->decode(ids, skip_special_tokens);
}

std::string FastTokenizer::convert_tokens_to_string(std::span<const std::string> tokens) const {
  return impl_->pipeline->join_tokens(tokens);
}

// --- vocabulary ---

std::optional<std::int32_t> FastTokenizer::find_token(std::string_view token) const {
  const auto id = impl_->pipeline->find_token(token);
  if (!id) return std::nullopt;
  return to_id(*id);
}

std::int32_t FastTokenizer::convert_token_to_id(std::string_view token) const {
  if (const auto id = find_token(token)) return *id;
  const auto unknown = special_token("unk");
  const auto id = unknown ? find_token(unknown->content) : std::nullopt;
  require(id.has_value(), ErrorCode::key, "token \"{}\" is not in the vocabulary, and there is no unknown token to stand for it", token);
  return *id;
}

std::string FastTokenizer::convert_id_to_token(std::int32_t id) const {
  const auto token = id < 0 ? std::nullopt : impl_->pipeline->find_id(static_cast<std::uint32_t>(id));
  require(token.has_value(), ErrorCode::index, "token id {} is not in the vocabulary of {} entries", id, size());
  return std::string(*token);
}

void FastTokenizer::for_each_entry(const EntryVisitor& visit) const { impl_->pipeline->model().for_each(visit); }
std::int64_t FastTokenizer::vocab_size() const noexcept { return static_cast<std::int64_t>(impl_->pipeline->model().size()); }
std::int64_t FastTokenizer::size() const noexcept { return static_cast<std::int64_t>(impl_->pipeline->size()); }

bool FastTokenizer::marks_subwords() const noexcept { return impl_->pipeline->model().has_subword_prefix(); }

std::vector<std::pair<std::int32_t, AddedToken>> FastTokenizer::added_tokens() const {
  std::vector<std::pair<std::int32_t, AddedToken>> tokens;
  for (const auto& [id, token] : impl_->pipeline->added().tokens()) tokens.emplace_back(to_id(id), token);
  return tokens;
}

std::int64_t FastTokenizer::add_tokens(const std::vector<TokenArgument>& tokens, bool special_tokens) {
  std::vector<AddedToken> given;
  for (const TokenArgument& argument : tokens) {
    AddedToken token;
    if (const auto* text = std::get_if<std::string>(&argument)) {
      token.content = *text;
      token.normalized = !special_tokens;
    } else {
      token = std::get<AddedToken>(argument);
    }
    token.special = special_tokens;
    given.push_back(std::move(token));
  }
  return given.empty() ? 0 : impl_->pipeline->add_tokens(given);
}

std::int64_t FastTokenizer::num_special_tokens_to_add(bool pair) const {
  return static_cast<std::int64_t>(impl_->pipeline->num_special_tokens(pair));
}

// --- files ---

std::vector<std::string> FastTokenizer::save_files(const std::string& directory, const SaveOptions& options) const {
  const std::string prefix = options.filename_prefix.empty() ? std::string() : options.filename_prefix + "-";
  std::vector<std::string> paths;
  require(!options.legacy_format.value_or(false) || impl_->description.has_slow_form(), ErrorCode::value,
          "{} has no slow form: its files cannot be written (legacy_format true)", class_name());
  if (options.legacy_format.value_or(true)) {
    if (auto vocabulary = impl_->description.save_vocabulary(directory, prefix, impl_->arguments, *impl_->pipeline)) {
      const std::string added = join_path(directory, prefix + "added_tokens.json");
      Json beyond = Json::Object{};
      for (const auto& [id, token] : added_tokens())
        if (id >= vocab_size()) beyond.set(token.content, std::int64_t{id});
      if (!beyond.as_object().empty()) write_file(added, dump_json(beyond, {.indent = 2, .sort_keys = true, .ensure_ascii = false}) + "\n");
      paths.push_back(*std::move(vocabulary));
      paths.push_back(added);
    }
  }
  if (!options.legacy_format.value_or(false)) {
    paths.push_back(join_path(directory, prefix + "tokenizer.json"));
    write_file(paths.back(), write_tokenizer_json(*impl_->pipeline));
  }
  return paths;
}

}  // namespace albert
