#include "tokenizer/tokenizer_state.h"

#include <algorithm>

#include "base/check.h"

namespace albert {
namespace {

RoleToken role_from_json(std::string_view name, const Json& value) {
  if (value.is_string()) return TokenizerState::plain(value.as_string());
  require(value.is_object(), ErrorCode::type, "special token {} has to be a string or an AddedToken, not {}", name, value.type_name());
  return {added_token_from_json(value), true};
}

Side side_argument(const Json& arguments, std::string_view name) {
  const Json* value = arguments.find(name);
  if (value == nullptr) return Side::right;
  if (value->is_string() && value->as_string() == "left") return Side::left;
  require(value->is_string() && value->as_string() == "right", ErrorCode::value, "{} has to be \"right\" or \"left\", not {}", name,
          dump_json(*value));
  return Side::right;
}

}  // namespace

RoleToken TokenizerState::plain(std::string text) { return {{.content = std::move(text), .normalized = false, .special = true}, false}; }

TokenizerState::TokenizerState(const Json& arguments, std::string name) : class_name(std::move(name)), init_kwargs(arguments) {
  for (std::size_t i = 0; i < role_names.size(); ++i) {
    const std::string key = std::string(role_names[i]) + "_token";
    const Json* value = arguments.find(key);
    if (value != nullptr && !value->is_null()) roles[i] = role_from_json(key, *value);
  }
  if (const Json* list = arguments.find("additional_special_tokens"); list != nullptr && !list->is_null()) {
    require(list->is_array(), ErrorCode::type, "additional_special_tokens has to be a list, not {}", list->type_name());
    for (const Json& token : list->as_array()) additional.push_back(role_from_json("additional_special_tokens", token));
  }
  const Json* length = arguments.find("model_max_length");
  if (length == nullptr) length = arguments.find("max_len");
  if (length == nullptr || length->is_null()) {
    model_max_length_json = Json::BigInteger{"1000000000000000019884624838656"};  // int(1e30)
  } else {
    require(length->is_number(), ErrorCode::type, "model_max_length has to be a number, not {}", length->type_name());
    model_max_length_json = *length;
    // Compared with a bound before the conversion: the value may be 1e30, or not a number.
    if (const double value = length->as_double(); value < static_cast<double>(no_max_length))
      model_max_length = value > -static_cast<double>(no_max_length) ? static_cast<std::int64_t>(value) : -no_max_length;
  }
  padding_side = side_argument(arguments, "padding_side");
  truncation_side = side_argument(arguments, "truncation_side");
  clean_up_tokenization_spaces = bool_argument(arguments, "clean_up_tokenization_spaces", true);
  split_special_tokens = bool_argument(arguments, "split_special_tokens", false);
  if (const Json* names = arguments.find("model_input_names"); names != nullptr) {
    require(names->is_array() && !names->as_array().empty(), ErrorCode::type, "model_input_names has to be a list of names, not {}",
            dump_json(*names));
    model_input_names.clear();
    for (const Json& input : names->as_array()) model_input_names.push_back(input.as_string());
  }
}

std::size_t TokenizerState::role_index(std::string_view role) {
  std::string_view name = role;
  if (name.ends_with("_token")) name.remove_suffix(6);
  const auto found = std::find(role_names.begin(), role_names.end(), name);
  require(found != role_names.end(), ErrorCode::key, "\"{}\" is no role of a special token (bos, eos, unk, sep, pad, cls, mask)", role);
  return static_cast<std::size_t>(found - role_names.begin());
}

std::vector<RoleToken> TokenizerState::all_special_tokens() const {
  std::vector<RoleToken> all;
  const auto add = [&](const RoleToken& token) {
    if (token.token.content.empty()) return;
    for (const RoleToken& present : all)
      if (present.token.content == token.token.content) return;
    all.push_back(token);
  };
  for (const auto& role : roles)
    if (role) add(*role);
  for (const RoleToken& token : additional) add(token);
  return all;
}

bool TokenizerState::is_special_token(std::string_view text) const {
  const auto same = [&](const RoleToken& token) { return token.token.content == text; };
  return std::any_of(roles.begin(), roles.end(), [&](const auto& role) { return role && same(*role); }) ||
         std::any_of(additional.begin(), additional.end(), same);
}

Json TokenizerState::special_tokens_map(bool as_text) const {
  const auto held = [&](const RoleToken& role) {
    return as_text || !role.is_object ? Json(role.token.content) : added_token_to_json(role.token, false, false);
  };
  Json map = Json::Object{};
  for (std::size_t i = 0; i < role_names.size(); ++i)
    if (roles[i] && !roles[i]->token.content.empty()) map.set(std::string(role_names[i]) + "_token", held(*roles[i]));
  if (!additional.empty()) {
    Json::Array tokens;
    for (const RoleToken& token : additional) tokens.push_back(held(token));
    map.set("additional_special_tokens", std::move(tokens));
  }
  return map;
}

bool TokenizerState::wants(std::string_view input_name) const {
  return std::find(model_input_names.begin(), model_input_names.end(), input_name) != model_input_names.end();
}

bool bool_argument(const Json& arguments, std::string_view name, bool otherwise) {
  const Json* value = arguments.find(name);
  if (value == nullptr) return otherwise;
  if (value->is_null()) return false;
  if (value->is_bool()) return value->as_bool();
  if (value->is_number()) return value->as_double() != 0;
  if (value->is_string()) return !value->as_string().empty();
  return value->is_array() ? !value->as_array().empty() : !value->as_object().empty();
}

}  // namespace albert
