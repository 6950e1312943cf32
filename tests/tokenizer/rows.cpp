#include "rows.h"

#include <filesystem>

#include "albert/bert_tokenizer.h"
#include "albert/error.h"

namespace albert {
namespace {

bool flag(const Json& row, std::string_view key, bool otherwise = false) {
  const Json* value = row.find(key);
  return value == nullptr || value->is_null() ? otherwise : value->as_bool();
}

CallOptions options_of(const Json& row) {
  CallOptions options;
  const Json* given = row.find("options");
  if (given == nullptr) return options;
  options.add_special_tokens = flag(*given, "add_special_tokens", true);
  if (const Json* v = given->find("padding"))
    options.padding = v->as_string() == "longest"      ? PaddingStrategy::longest
                      : v->as_string() == "max_length" ? PaddingStrategy::max_length
                                                       : PaddingStrategy::do_not_pad;
  if (const Json* v = given->find("truncation"))
    options.truncation = v->as_string() == "longest_first" ? TruncationStrategy::longest_first
                         : v->as_string() == "only_first"  ? TruncationStrategy::only_first
                         : v->as_string() == "only_second" ? TruncationStrategy::only_second
                                                           : TruncationStrategy::do_not_truncate;
  if (const Json* v = given->find("max_length")) options.max_length = v->as_int();
  if (const Json* v = given->find("stride")) options.stride = v->as_int();
  if (const Json* v = given->find("pad_to_multiple_of")) options.pad_to_multiple_of = v->as_int();
  options.return_overflowing_tokens = flag(*given, "return_overflowing_tokens");
  return options;
}

template <class T>
Json list(const std::vector<T>& values) {
  Json::Array array;
  for (const T& value : values) array.emplace_back(value);
  return array;
}

std::vector<std::string> strings(const Json& array) {
  std::vector<std::string> out;
  for (const Json& value : array.as_array()) out.push_back(value.as_string());
  return out;
}

Json encoding_json(const Encoding& encoding, const CallOptions& options, bool fast) {
  Json out = Json::Object{};
  out.set("ids", list(encoding.input_ids));
  out.set("tokens", list(encoding.tokens));
  out.set("type_ids", list(encoding.token_type_ids));
  out.set("attention_mask", list(encoding.attention_mask));
  out.set("special_tokens_mask", list(encoding.special_tokens_mask));
  if (fast) {
    Json::Array offsets;
    for (const Offsets& offset : encoding.offsets)
      offsets.emplace_back(Json::Array{static_cast<std::int64_t>(offset.start), static_cast<std::int64_t>(offset.end)});
    out.set("offsets", std::move(offsets));
    Json::Array words, sequences;
    for (const std::int32_t word : encoding.word_ids) words.push_back(word < 0 ? Json() : Json(word));
    for (const std::int32_t sequence : encoding.sequence_ids) sequences.push_back(sequence < 0 ? Json() : Json(sequence));
    out.set("word_ids", std::move(words));
    out.set("sequence_ids", std::move(sequences));
  }
  if (options.return_overflowing_tokens && fast) {
    Json::Array windows;
    for (const Encoding& window : encoding.overflowing) windows.push_back(encoding_json(window, {}, fast));
    out.set("overflowing", std::move(windows));
  } else if (options.return_overflowing_tokens) {
    out.set("overflowing_tokens", list(encoding.overflowing_tokens));
    out.set("num_truncated_tokens", encoding.num_truncated_tokens);
  }
  return out;
}

TokenArgument argument(const Json& value) {
  if (value.is_string()) return value.as_string();
  AddedToken token{.content = value.find("content")->as_string()};
  token.special = flag(value, "special");
  token.normalized = flag(value, "normalized", !token.special);
  token.lstrip = flag(value, "lstrip");
  token.rstrip = flag(value, "rstrip");
  token.single_word = flag(value, "single_word");
  return token;
}

Json token_json(const AddedToken& token) {
  Json out = Json::Object{};
  out.set("content", token.content);
  out.set("lstrip", token.lstrip);
  out.set("normalized", token.normalized);
  out.set("rstrip", token.rstrip);
  out.set("single_word", token.single_word);
  out.set("special", token.special);
  return out;
}

Json run(const Json& row, std::unique_ptr<Tokenizer>& tokenizer, bool fast) {
  const Json* op_member = row.find("op");
  const std::string op = op_member == nullptr ? "encode" : op_member->as_string();
  const CallOptions options = options_of(row);
  Json out = Json::Object{};
  const auto text = [&](const Json& from, const char* key) { return std::string(from.find(key)->as_string()); };
  if (op == "encode") {
    const Json* pair = row.find("text_pair");
    return encoding_json(
        pair != nullptr ? (*tokenizer)(text(row, "text"), pair->as_string(), options) : (*tokenizer)(text(row, "text"), options), options,
        fast);
  }
  if (op == "batch") {
    std::vector<TextInput> inputs;
    for (const Json& input : row.find("rows")->as_array()) {
      inputs.push_back({text(input, "text"), std::nullopt});
      if (const Json* pair = input.find("text_pair")) inputs.back().text_pair = pair->as_string();
    }
    Json::Array rows;
    for (const Encoding& encoding : tokenizer->encode_batch(inputs, options)) rows.push_back(encoding_json(encoding, options, fast));
    return rows;
  }
  if (op == "words") {
    const auto words = strings(*row.find("words"));
    const Json* pair = row.find("words_pair");
    if (pair == nullptr) return encoding_json(tokenizer->encode_words(words, options), options, fast);
    return encoding_json(tokenizer->encode_words(words, strings(*pair), options), options, fast);
  }
  if (op == "tokenize") return list(tokenizer->tokenize(text(row, "text")));
  if (op == "decode") {
    std::vector<std::int32_t> ids;
    for (const Json& id : row.find("ids")->as_array()) ids.push_back(static_cast<std::int32_t>(id.as_int()));
    std::optional<bool> clean;
    if (row.find("clean") != nullptr) clean = flag(row, "clean");
    return tokenizer->decode(ids, flag(row, "skip"), clean);
  }
  if (op == "to_string") return tokenizer->convert_tokens_to_string(strings(*row.find("tokens")));
  if (op == "add_tokens") {
    std::vector<TokenArgument> tokens;
    for (const Json& token : row.find("tokens")->as_array()) tokens.push_back(argument(token));
    return tokenizer->add_tokens(tokens, flag(row, "special"));
  }
  if (op == "add_special_tokens") {
    std::vector<std::pair<std::string, TokenArgument>> roles;
    for (const auto& [role, value] : row.find("roles")->as_object()) {
      if (value.is_array())
        for (const Json& token : value.as_array()) roles.emplace_back(role, argument(token));
      else
        roles.emplace_back(role, argument(value));
    }
    return tokenizer->add_special_tokens(roles, flag(row, "replace", true));
  }
  if (op == "save") return static_cast<std::int64_t>(tokenizer->save_pretrained(text(row, "directory")).size());
  if (op == "load") {
    const Json* overrides = row.find("overrides");
    tokenizer = load_for_rows(text(row, "directory"), fast, overrides != nullptr ? *overrides : Json());
    return true;
  }
  if (op == "set") {
    if (const Json* v = row.find("padding_side")) tokenizer->set_padding_side(v->as_string() == "left" ? Side::left : Side::right);
    if (const Json* v = row.find("truncation_side")) tokenizer->set_truncation_side(v->as_string() == "left" ? Side::left : Side::right);
    if (const Json* v = row.find("model_max_length")) tokenizer->set_model_max_length(v->as_int());
    return true;
  }
  if (op == "info") {
    out.set("size", tokenizer->size());
    out.set("vocab_size", tokenizer->vocab_size());
    Json added = Json::Object{};
    for (const auto& [id, token] : tokenizer->added_tokens()) added.set(std::to_string(id), token_json(token));
    out.set("added", std::move(added));
    out.set("special", list(tokenizer->all_special_tokens()));
    out.set("special_ids", list(tokenizer->all_special_ids()));
    return out;
  }
  throw Error(ErrorCode::value, "unknown op " + op);
}

}  // namespace

std::unique_ptr<Tokenizer> load_for_rows(const std::string& directory, bool fast, const Json& overrides) {
  if (std::filesystem::exists(std::filesystem::path(directory) / "vocab.txt")) {
    if (!fast) return BertTokenizer::from_pretrained(directory, overrides);
    return BertTokenizerFast::from_pretrained(directory, overrides);
  }
  if (!fast) return AlbertTokenizer::from_pretrained(directory, overrides);
  return AlbertTokenizerFast::from_pretrained(directory, overrides);
}

Json answer_row(const Json& row, std::unique_ptr<Tokenizer>& tokenizer, bool fast) {
  try {
    return run(row, tokenizer, fast);
  } catch (const Error& error) {
    Json out = Json::Object{};
    out.set("error", to_string(error.code()));
    out.set("message", error.what());
    return out;
  }
}

}  // namespace albert
