#include "tokenizer/bert_arguments.h"

#include "tokenizer/tokenizer_state.h"

namespace albert {

Json with_bert_defaults(Json kwargs, bool slow) {
  if (kwargs.is_null()) kwargs = Json::Object{};
  const auto otherwise = [&](std::string_view key, const Json& value) {
    if (kwargs.find(key) == nullptr) kwargs.set(key, value);
  };
  otherwise("do_lower_case", true);
  otherwise("unk_token", "[UNK]");
  otherwise("sep_token", "[SEP]");
  otherwise("pad_token", "[PAD]");
  otherwise("cls_token", "[CLS]");
  otherwise("mask_token", "[MASK]");
  otherwise("tokenize_chinese_chars", true);
  otherwise("strip_accents", nullptr);
  if (slow) {
    otherwise("do_basic_tokenize", true);
    otherwise("never_split", nullptr);
  }
  return kwargs;
}

std::optional<bool> optional_bool_argument(const Json& arguments, std::string_view name) {
  const Json* value = arguments.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return bool_argument(arguments, name, false);
}

}  // namespace albert
