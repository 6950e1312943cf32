#include "base/check.h"
#include "tokenizer/arguments.h"

namespace albert {

AddedToken added_token_from_json(const Json& object) {
  require(object.is_object(), ErrorCode::type, "an added token has to be an object, not {}", object.type_name());
  const Json* content = object.find("content");
  require(content != nullptr && content->is_string(), ErrorCode::type, "an added token needs a string \"content\"");
  AddedToken token{.content = content->as_string()};
  std::optional<bool> normalized;
  for (const auto& [key, value] : object.as_object()) {
    if (key == "content" || key == "__type" || key == "id") continue;
    const bool known = key == "single_word" || key == "lstrip" || key == "rstrip" || key == "normalized" || key == "special";
    require(known, ErrorCode::type, "added token {}: \"{}\" is not known", dump_json(*content), key);
    require(value.is_bool(), ErrorCode::type, "added token {}: \"{}\" has to be true or false, not {}", dump_json(*content), key,
            value.type_name());
    const bool flag = value.as_bool();
    if (key == "single_word") token.single_word = flag;
    if (key == "lstrip") token.lstrip = flag;
    if (key == "rstrip") token.rstrip = flag;
    if (key == "special") token.special = flag;
    if (key == "normalized") normalized = flag;
  }
  token.normalized = normalized.value_or(!token.special);
  return token;
}

Json added_token_to_json(const AddedToken& token, bool with_type, bool with_special) {
  Json object = Json::Object{};
  if (with_type) object.set("__type", "AddedToken");
  object.set("content", token.content);
  object.set("lstrip", token.lstrip);
  object.set("normalized", token.normalized);
  object.set("rstrip", token.rstrip);
  object.set("single_word", token.single_word);
  if (with_special) object.set("special", token.special);
  return object;
}

}  // namespace albert
