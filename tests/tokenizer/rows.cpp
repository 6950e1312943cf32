#include "rows.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <tuple>

#include "albert/bert_tokenizer.h"
#include "albert/error.h"

namespace albert {
namespace {

std::string tokenizer_class(const std::string& directory) {
  std::ifstream file(std::filesystem::path(directory) / "tokenizer_config.json");
  if (!file) return {};
  const Json config = parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
  const Json* name = config.find("tokenizer_class");
  return name != nullptr && name->is_string() ? name->as_string() : std::string();
}

bool flag(const Json& row, std::string_view key, bool otherwise = false) {
  const Json* value = row.find(key);
  return value == nullptr || value->is_null() ? otherwise : value->as_bool();
}

std::optional<bool> optional_flag(const Json& row, std::string_view key) {
  const Json* value = row.find(key);
  return value == nullptr || value->is_null() ? std::nullopt : std::optional(value->as_bool());
}

/// The strategy, and whether it was given by its name.
std::pair<PaddingStrategy, bool> padding_of(const Json& value) {
  if (value.is_bool()) return {value.as_bool() ? PaddingStrategy::longest : PaddingStrategy::do_not_pad, false};
  const std::string& name = value.as_string();
  return {name == "longest"      ? PaddingStrategy::longest
          : name == "max_length" ? PaddingStrategy::max_length
                                 : PaddingStrategy::do_not_pad,
          true};
}

std::optional<TruncationStrategy> truncation_of(const Json& value) {
  if (value.is_null()) return std::nullopt;
  if (value.is_bool()) return value.as_bool() ? TruncationStrategy::longest_first : TruncationStrategy::do_not_truncate;
  const std::string& name = value.as_string();
  return name == "longest_first" ? TruncationStrategy::longest_first
         : name == "only_first"  ? TruncationStrategy::only_first
         : name == "only_second" ? TruncationStrategy::only_second
                                 : TruncationStrategy::do_not_truncate;
}

CallOptions options_of(const Json& row) {
  CallOptions options;
  const Json* given = row.find("options");
  if (given == nullptr) return options;
  options.add_special_tokens = flag(*given, "add_special_tokens", true);
  if (const Json* v = given->find("padding")) std::tie(options.padding, options.padding_by_name) = padding_of(*v);
  if (const Json* v = given->find("truncation")) options.truncation = truncation_of(*v);
  if (const Json* v = given->find("max_length")) options.max_length = v->as_int();
  if (const Json* v = given->find("stride")) options.stride = v->as_int();
  if (const Json* v = given->find("pad_to_multiple_of")) options.pad_to_multiple_of = v->as_int();
  options.pad_to_max_length = flag(*given, "pad_to_max_length");
  if (const Json* v = given->find("truncation_strategy")) options.truncation_strategy = truncation_of(*v);
  options.return_overflowing_tokens = flag(*given, "return_overflowing_tokens");
  options.is_split_into_words = flag(*given, "is_split_into_words");
  options.verbose = flag(*given, "verbose", true);
  options.return_special_tokens_mask = flag(*given, "return_special_tokens_mask");
  options.return_offsets_mapping = flag(*given, "return_offsets_mapping");
  options.return_length = flag(*given, "return_length");
  if (flag(*given, "return_tensors")) options.return_tensors = DType::i64;
  options.split_special_tokens = optional_flag(*given, "split_special_tokens");
  options.return_token_type_ids = optional_flag(*given, "return_token_type_ids");
  options.return_attention_mask = optional_flag(*given, "return_attention_mask");
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

std::vector<std::int32_t> integers(const Json& array) {
  std::vector<std::int32_t> out;
  for (const Json& value : array.as_array()) out.push_back(static_cast<std::int32_t>(value.as_int()));
  return out;
}

std::optional<std::vector<std::int32_t>> optional_integers(const Json& row, std::string_view key) {
  const Json* value = row.find(key);
  return value == nullptr || value->is_null() ? std::nullopt : std::optional(integers(*value));
}

std::optional<TextArgument> text_argument(const Json& row, std::string_view key) {
  const Json* value = row.find(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_string()) return value->as_string();
  const auto& list = value->as_array();
  if (list.empty() || list.front().is_string()) return strings(*value);
  std::vector<std::vector<std::string>> lists;
  for (const Json& element : list) lists.push_back(strings(element));
  return lists;
}

SequenceArgument sequence_argument(const Json& value) {
  if (value.is_string()) return value.as_string();
  if (!value.as_array().empty() && value.as_array().front().is_integer()) return integers(value);
  return strings(value);
}

std::optional<SequenceArgument> optional_sequence(const Json* value) {
  return value == nullptr || value->is_null() ? std::nullopt : std::optional(sequence_argument(*value));
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}
Json span_json(std::int64_t start, std::int64_t end) { return Json::Array{start, end}; }

/// One of the mappings: [method, argument…].
Json query(const BatchEncoding& encoding, const Json::Array& parts) {
  const std::string& method = parts[0].as_string();
  const auto at = [&](std::size_t i) { return parts[i].as_int(); };
  const auto listed = [](const std::vector<std::int32_t>& ids) {
    Json::Array out;
    for (const std::int32_t id : ids) out.push_back(id < 0 ? Json() : Json(id));
    return Json(std::move(out));
  };
  try {
    if (method == "tokens") return list(encoding.tokens(at(1)));
    if (method == "word_ids") return listed(encoding.word_ids(at(1)));
    if (method == "sequence_ids") return listed(encoding.sequence_ids(at(1)));
    if (method == "token_to_word") return or_null(encoding.token_to_word(at(1), at(2)));
    if (method == "token_to_sequence") return or_null(encoding.token_to_sequence(at(1), at(2)));
    if (method == "char_to_token") return or_null(encoding.char_to_token(at(1), at(2), at(3)));
    if (method == "char_to_word") return or_null(encoding.char_to_word(at(1), at(2), at(3)));
    if (method == "token_to_chars") {
      const auto span = encoding.token_to_chars(at(1), at(2));
      return span ? span_json(span->start, span->end) : Json();
    }
    if (method == "word_to_tokens") {
      const auto span = encoding.word_to_tokens(at(1), at(2), at(3));
      return span ? span_json(span->start, span->end) : Json();
    }
    const Offsets span = encoding.word_to_chars(at(1), at(2), at(3));
    return span_json(span.start, span.end);
  } catch (const Error& error) {
    return Json::Object{{"error", to_string(error.code())}};
  }
}

Json batch_json(const BatchEncoding& encoding, const Json& row) {
  Json out = Json::Object{};
  const Json fields = encoding.to_json();
  Json::Array keys;
  Json shapes = Json::Object{};
  for (const auto& [name, value] : encoding.fields()) {
    keys.emplace_back(name);
    if (const auto* tensor = std::get_if<Tensor>(&value)) shapes.set(name, list(tensor->shape()));
  }
  out.set("keys", std::move(keys));
  out.set("fields", fields);
  if (!shapes.as_object().empty()) out.set("shapes", std::move(shapes));
  out.set("warnings", list(encoding.warnings()));
  out.set("n_sequences", or_null(encoding.n_sequences()));
  if (const Json* queries = row.find("queries")) {
    Json::Array answers;
    for (const Json& one : queries->as_array()) answers.push_back(query(encoding, one.as_array()));
    out.set("answers", std::move(answers));
  }
  return out;
}

BatchEncoding encoding_of(const Json& object, bool tensors) {
  BatchEncoding encoding;
  for (const auto& [name, value] : object.as_object()) {
    const auto& array = value.as_array();
    const auto numbers = [](const Json& list) {
      BatchEncoding::Ints ints;
      for (const Json& number : list.as_array()) ints.push_back(number.as_int());
      return ints;
    };
    if (array.empty() || array.front().is_integer()) {
      encoding.set(name, numbers(value));
    } else if (array.front().is_array()) {
      std::vector<BatchEncoding::Ints> rows;
      for (const Json& list : array) rows.push_back(numbers(list));
      encoding.set(name, std::move(rows));
    } else {
      encoding.set(name, value);
    }
  }
  if (tensors) encoding.convert_to_tensors();
  return encoding;
}

/// The calls of the reference that return its dictionary, and what goes with them; null for another op.
std::optional<Json> run_call(const std::string& op, const Json& row, const Tokenizer& tokenizer) {
  const CallOptions options = options_of(row);
  const auto ids = [&] { return integers(*row.find("ids")); };
  if (op == "call")
    return batch_json(tokenizer.call({.text = text_argument(row, "text"),
                                      .text_pair = text_argument(row, "text_pair"),
                                      .text_target = text_argument(row, "text_target"),
                                      .text_pair_target = text_argument(row, "text_pair_target")},
                                     options),
                      row);
  if (op == "encode_plus")
    return batch_json(tokenizer.encode_plus(sequence_argument(*row.find("text")), optional_sequence(row.find("text_pair")), options), row);
  if (op == "encode_ids")
    return list(tokenizer.encode(sequence_argument(*row.find("text")), optional_sequence(row.find("text_pair")), options));
  if (op == "batch_encode_plus") {
    std::vector<ItemArgument> items;
    for (const Json& item : row.find("items")->as_array())
      items.push_back(
          {sequence_argument(item.as_array()[0]), item.as_array().size() > 1 ? optional_sequence(&item.as_array()[1]) : std::nullopt});
    return batch_json(tokenizer.batch_encode_plus(items, options), row);
  }
  if (op == "prepare")
    return batch_json(tokenizer.prepare_for_model(ids(), optional_integers(row, "pair_ids"), options, flag(row, "prepend")), row);
  if (op == "truncate") {
    const auto cut = tokenizer.truncate_sequences(ids(), optional_integers(row, "pair_ids"), row.find("remove")->as_int(),
                                                  *truncation_of(*row.find("strategy")), row.find("stride")->as_int());
    return Json::Array{list(cut.ids), cut.pair_ids ? list(*cut.pair_ids) : Json(), list(cut.overflowing_tokens)};
  }
  if (op == "pad") {
    PadOptions pad;
    const Json& given = *row.find("options");
    if (const Json* v = given.find("padding")) std::tie(pad.padding, pad.padding_by_name) = padding_of(*v);
    if (const Json* v = given.find("max_length")) pad.max_length = v->as_int();
    if (const Json* v = given.find("pad_to_multiple_of")) pad.pad_to_multiple_of = v->as_int();
    pad.return_attention_mask = optional_flag(given, "return_attention_mask");
    if (flag(given, "return_tensors")) pad.return_tensors = DType::i64;
    const Json& encoded = *row.find("encoded");
    if (encoded.is_object()) return batch_json(tokenizer.pad(encoding_of(encoded, flag(row, "tensors")), pad), row);
    std::vector<BatchEncoding> encodings;
    for (const Json& one : encoded.as_array()) encodings.push_back(encoding_of(one, flag(row, "tensors")));
    return batch_json(tokenizer.pad(encodings, pad), row);
  }
  if (op == "specials") {
    Json out = Json::Object{};
    const auto pair = optional_integers(row, "pair_ids");
    out.set("built", list(tokenizer.build_inputs_with_special_tokens(ids(), pair)));
    out.set("types", list(tokenizer.create_token_type_ids_from_sequences(ids(), pair)));
    out.set("counts", Json::Array{tokenizer.num_special_tokens_to_add(false), tokenizer.num_special_tokens_to_add(true),
                                  tokenizer.max_len_single_sentence(), tokenizer.max_len_sentences_pair()});
    out.set("mask", list(tokenizer.get_special_tokens_mask(ids(), pair, flag(row, "already"))));
    return out;
  }
  if (op == "names") {
    Json::Array names;
    for (const auto& name : tokenizer.convert_ids_to_tokens(ids(), flag(row, "skip"))) names.push_back(or_null(name));
    return Json::Array{std::move(names)};
  }
  if (op == "batch_decode") {
    std::vector<std::vector<std::int32_t>> sequences;
    for (const Json& sequence : row.find("sequences")->as_array()) sequences.push_back(integers(sequence));
    return list(tokenizer.batch_decode(sequences, flag(row, "skip"), optional_flag(row, "clean"), flag(row, "spaces", true)));
  }
  if (op == "vocabulary") {
    const auto object = [](const std::map<std::string, std::int32_t>& vocab) {
      Json out = Json::Object{};
      for (const auto& [token, id] : vocab) out.as_object().emplace_back(token, id);
      return out;
    };
    return Json::Object{{"vocab", object(tokenizer.get_vocab())},
                        {"added", object(tokenizer.get_added_vocab())},
                        {"special", tokenizer.special_tokens_map()}};
  }
  return std::nullopt;
}

Json run(const Json& row, std::unique_ptr<Tokenizer>& tokenizer, bool fast) {
  const Json* op_member = row.find("op");
  const std::string op = op_member == nullptr ? "encode" : op_member->as_string();
  const CallOptions options = options_of(row);
  Json out = Json::Object{};
  if (auto answer = run_call(op, row, *tokenizer)) return *answer;
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
    return tokenizer->decode(ids, flag(row, "skip"), clean, flag(row, "spaces", true));
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
    // What int64 does not hold is Python's way to say that there is no maximum.
    if (const Json* v = row.find("model_max_length"))
      tokenizer->set_model_max_length(v->big_integer() != nullptr ? 1'000'000'000'000'000'000 : v->as_int());
    if (const Json* v = row.find("model_input_names")) tokenizer->set_model_input_names(strings(*v));
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
  if (tokenizer_class(directory) == "PreTrainedTokenizerFast") return Tokenizer::from_pretrained(directory, fast, overrides);
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
