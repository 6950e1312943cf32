// What the reference's from_pretrained does between finding files and calling the constructor.
#include "tokenizer/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/check.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

Json parse_object(const MappedFile& file) {
  try {
    Json json = parse_json(file.text());
    require(json.is_object(), ErrorCode::bad_data, "an object is expected, this is a {}", json.type_name());
    return json;
  } catch (const Error& error) {
    fail(error.code(), "{}: {}", file.name(), error.what());
  }
}

bool is_role_key(std::string_view key) {
  return key.ends_with("_token") && std::find(role_names.begin(), role_names.end(), key.substr(0, key.size() - 6)) != role_names.end();
}

std::int32_t token_id(std::int64_t id) {
  require(id >= 0 && id <= std::numeric_limits<std::int32_t>::max(), ErrorCode::bad_data, "added token: the id {} is out of range", id);
  return static_cast<std::int32_t>(id);
}

std::int32_t token_id(std::string_view digits) {
  std::int64_t id = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  require(error == std::errc{} && end == digits.data() + digits.size(), ErrorCode::bad_data, "added token: {:?} is not an id", digits);
  return token_id(id);
}

// As assigning to a key of Python's dict: a present one keeps its place.
void set_token(TokenizerArguments& arguments, std::int32_t id, const AddedToken& token) {
  auto& tokens = arguments.added_tokens_decoder;
  const auto place = std::find_if(tokens.begin(), tokens.end(), [&](const auto& entry) { return entry.first == id; });
  if (place == tokens.end())
    tokens.emplace_back(id, token);
  else
    place->second = token;
}

std::string text_of(const Json& token) {
  if (token.is_string()) return token.as_string();
  const Json* content = token.find("content");
  return content != nullptr && content->is_string() ? content->as_string() : std::string();
}

// A special token's object in special_tokens_map.json.
Json special_object(const Json& value) {
  AddedToken token = added_token_from_json(value);
  const Json* normalized = value.find("normalized");
  token.special = true;
  if (normalized == nullptr) token.normalized = false;
  return added_token_to_json(token, true, true);
}

void read_special_tokens_map(const MappedFile& file, const Json& overrides, Json& kwargs) {
  const Json map = parse_object(file);
  for (const auto& [key, value] : map.as_object()) {
    if (overrides.find(key) != nullptr && bool_argument(overrides, key, false)) continue;
    if (key == "additional_special_tokens" && value.is_array()) {
      Json::Array tokens;
      if (const Json* present = kwargs.find(key); present != nullptr && present->is_array()) tokens = present->as_array();
      for (const Json& token : value.as_array()) {
        Json held = token.is_object() ? special_object(token) : token;
        // Python compares texts by value but objects by identity.
        if (held.is_object() || std::find(tokens.begin(), tokens.end(), held) == tokens.end()) tokens.push_back(std::move(held));
      }
      kwargs.set(key, std::move(tokens));
    } else {
      kwargs.set(key, value.is_object() && is_role_key(key) ? special_object(value) : value);
    }
  }
}

void read_added_tokens(const MappedFile& file, const Json& kwargs, TokenizerArguments& arguments) {
  std::vector<std::string> special;
  for (const auto& [key, value] : kwargs.as_object()) {
    if (is_role_key(key)) special.push_back(text_of(value));
    if (key == "additional_special_tokens" && value.is_array())
      for (const Json& token : value.as_array()) special.push_back(text_of(token));
  }
  const Json tokens = parse_object(file);
  for (const auto& [text, id] : tokens.as_object()) {
    require(id.is_integer(), ErrorCode::bad_data, "{}: the id of {:?} has to be an integer", file.name(), text);
    const bool is_special = std::find(special.begin(), special.end(), text) != special.end();
    set_token(arguments, token_id(id.as_int()), {.content = text, .normalized = !is_special, .special = is_special});
  }
}

// The added tokens of a tokenizer.json, for the slow form. Returns those a role given as plain text takes its flags from.
void read_tokenizer_json(const MappedFile& file, TokenizerArguments& arguments, std::vector<AddedToken>& known) {
  const Json json = parse_object(file);
  const Json* tokens = json.find("added_tokens");
  if (tokens == nullptr || !tokens->is_array()) return;
  for (const Json& object : tokens->as_array()) {
    const AddedToken token = added_token_from_json(object);
    const Json* id = object.find("id");
    require(id != nullptr && id->is_integer(), ErrorCode::bad_data, "{}: an added token has no id", file.name());
    set_token(arguments, token_id(id->as_int()), token);
    known.push_back(token);
  }
}

// tokenizer.json, or the newest tokenizer.<version>.json that is not above the reference's version.
std::string tokenizer_file_name(const Json& config) {
  using Version = std::array<int, 3>;
  constexpr Version running = {4, 34, 1};
  std::string name = "tokenizer.json";
  const Json* list = config.find("fast_tokenizer_files");
  if (list == nullptr || !list->is_array()) return name;
  Version best = {-1, -1, -1};
  for (const Json& entry : list->as_array()) {
    if (!entry.is_string()) continue;
    const std::string& file = entry.as_string();
    if (!file.starts_with("tokenizer.") || !file.ends_with(".json") || file.size() <= 15) continue;
    Version version = {0, 0, 0};
    const char* at = file.data() + 10;
    const char* end = file.data() + file.size() - 5;
    for (std::size_t part = 0; part < version.size() && at < end; ++part) {
      const auto result = std::from_chars(at, end, version[part]);
      if (result.ec != std::errc{}) break;
      at = result.ptr < end && *result.ptr == '.' ? result.ptr + 1 : result.ptr;
    }
    if (version <= running && version > best) {
      best = version;
      name = file;
    }
  }
  return name;
}

}  // namespace

Json with_albert_defaults(Json kwargs) {
  const std::pair<std::string_view, Json> defaults[] = {
      {"do_lower_case", true}, {"remove_space", true}, {"keep_accents", false}, {"bos_token", "[CLS]"}, {"eos_token", "[SEP]"},
      {"unk_token", "<unk>"},  {"sep_token", "[SEP]"}, {"pad_token", "<pad>"},  {"cls_token", "[CLS]"}, {"mask_token", "[MASK]"}};
  for (const auto& [key, value] : defaults)
    if (kwargs.find(key) == nullptr) kwargs.set(key, value);
  if (Json* mask = kwargs.find("mask_token"); mask->is_string())
    *mask = added_token_to_json({.content = mask->as_string(), .lstrip = true, .normalized = false}, true, true);
  return kwargs;
}

TokenizerArguments arguments_for_file(std::string_view class_name, const std::string& file, const Json& init_arguments, NamedFile which) {
  TokenizerArguments arguments;
  require(init_arguments.is_null() || init_arguments.is_object(), ErrorCode::type, "init arguments have to be an object, not {}",
          init_arguments.type_name());
  if (init_arguments.is_object()) arguments.init_kwargs = init_arguments;
  (which == NamedFile::vocabulary ? arguments.vocab_file : arguments.tokenizer_file) = MappedFile::open(file);
  arguments.provenance = fmt::format("{} from {}", class_name, file);
  return arguments;
}

TokenizerArguments load_tokenizer_arguments(const FileSource& files, const Json& overrides, bool fast, std::string_view vocabulary_name) {
  require(overrides.is_null() || overrides.is_object(), ErrorCode::type, "overrides have to be an object, not {}", overrides.type_name());
  TokenizerArguments arguments;
  Json kwargs = Json::Object{};
  const auto config_file = files.open("tokenizer_config.json");
  if (config_file) kwargs = parse_object(*config_file);
  if (!vocabulary_name.empty()) arguments.vocab_file = files.open(vocabulary_name);
  arguments.tokenizer_file = files.open(tokenizer_file_name(kwargs));
  const auto map_file = files.open("special_tokens_map.json");
  const auto added_file = files.open("added_tokens.json");
  require(config_file || arguments.vocab_file || arguments.tokenizer_file || map_file || added_file, ErrorCode::not_found,
          "{}: no tokenizer: none of {}tokenizer.json, tokenizer_config.json, special_tokens_map.json and added_tokens.json is there",
          files.name(), vocabulary_name.empty() ? std::string() : fmt::format("{}, ", vocabulary_name));

  for (const std::string_view key : {"tokenizer_class", "init_inputs", "tokenizer_file", "vocab_file", "name_or_path"}) kwargs.erase(key);
  if (overrides.is_object())
    for (const auto& [key, value] : overrides.as_object()) kwargs.set(key, value);

  std::vector<AddedToken> known;  // a role given as plain text takes the flags of the one with its text
  if (const Json* decoder = kwargs.find("added_tokens_decoder"); decoder != nullptr) {
    require(decoder->is_object(), ErrorCode::type, "added_tokens_decoder has to be an object, not {}", decoder->type_name());
    for (const auto& [id, value] : decoder->as_object()) {
      const AddedToken token = added_token_from_json(value);
      set_token(arguments, token_id(id), token);
      known.push_back(token);
    }
    kwargs.erase("added_tokens_decoder");
  } else {
    if (map_file) read_special_tokens_map(*map_file, overrides, kwargs);
    if (added_file) read_added_tokens(*added_file, kwargs, arguments);
    if (!fast && arguments.tokenizer_file) read_tokenizer_json(*arguments.tokenizer_file, arguments, known);
  }
  for (auto& [key, value] : kwargs.as_object()) {
    if (!is_role_key(key) || !value.is_string()) continue;
    const std::string text = value.as_string();
    for (const AddedToken& token : known)  // the last one counts
      if (token.content == text) value = added_token_to_json(token, true, true);
  }
  arguments.init_kwargs = std::move(kwargs);
  return arguments;
}

}  // namespace albert
