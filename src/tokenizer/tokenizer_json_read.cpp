#include <utility>

#include "tokenizer/base64.h"
#include "tokenizer/json_fields.h"
#include "tokenizer/serde_number.h"
#include "tokenizer/tokenizer_json.h"
#include "tokenizer/unigram.h"
#include "tokenizer/utf8.h"
#include "tokenizer/wordpiece.h"

namespace albert {
namespace {

[[noreturn]] void unsupported(const JsonField& component, std::string_view type) {
  fail(ErrorCode::not_implemented, "{}: type \"{}\" is not supported", component.path(), type);
}

// --- normaliser ---

NormalizerPointer read_replace(const JsonField& component) {
  const JsonField pattern = component.at("pattern");
  const std::string_view content = component.at("content").text();
  if (const auto literal = pattern.find("String")) return make_replace_string(literal->text(), content);
  if (const auto regex = pattern.find("Regex")) return make_replace_regex(regex->text(), content);
  pattern.wrong("{\"String\": …} or {\"Regex\": …}");
}

NormalizerPointer read_normalizer(const JsonField& component) {
  const std::string_view type = component.at("type").text();
  if (type == "Sequence") {
    std::vector<NormalizerPointer> parts;
    component.at("normalizers").for_each([&](const JsonField& part) { parts.push_back(read_normalizer(part)); });
    return make_sequence_normalizer(std::move(parts));
  }
  if (type == "Replace") return read_replace(component);
  if (type == "NFC") return make_normal_form(NormalForm::nfc);
  if (type == "NFD") return make_normal_form(NormalForm::nfd);
  if (type == "NFKC") return make_normal_form(NormalForm::nfkc);
  if (type == "NFKD") return make_normal_form(NormalForm::nfkd);
  if (type == "StripAccents") return make_strip_accents();
  if (type == "Lowercase") return make_lowercase();
  if (type == "Nmt") return make_nmt();
  if (type == "Strip") return make_strip(component.at("strip_left").truth(), component.at("strip_right").truth());
  if (type == "Prepend") return make_prepend(component.at("prepend").text());
  if (type == "BertNormalizer") {
    BertNormalizerOptions options;
    options.clean_text = component.at("clean_text").truth();
    options.handle_chinese_chars = component.at("handle_chinese_chars").truth();
    if (const auto strip = component.find("strip_accents")) options.strip_accents = strip->truth();
    options.lowercase = component.at("lowercase").truth();
    return make_bert_normalizer(options);
  }
  if (type == "Precompiled") return make_precompiled(decode_base64(component.at("precompiled_charsmap").text()));
  unsupported(component, type);
}

// --- pre-tokeniser and decoder ---

struct MetaspaceFields {
  char32_t replacement;
  bool prefix;
};

MetaspaceFields read_metaspace(const JsonField& component) {
  const JsonField replacement = component.at("replacement");
  const std::u32string characters = to_utf32(replacement.text());
  if (characters.size() != 1) replacement.wrong("one character");
  // Newer versions of the library write prepend_scheme and split instead of add_prefix_space.
  if (const auto prefix = component.find("add_prefix_space")) return {characters[0], prefix->truth()};
  const JsonField scheme = component.at("prepend_scheme");
  if (const auto split = component.find("split"); split && !split->truth())
    fail(ErrorCode::not_implemented, "{}: Metaspace with split false is not supported", component.path());
  if (scheme.text() == "always") return {characters[0], true};
  if (scheme.text() == "never") return {characters[0], false};
  fail(ErrorCode::not_implemented, "{}: prepend_scheme \"{}\" is not supported (always and never are)", component.path(), scheme.text());
}

PreTokenizerPointer read_pre_tokenizer(const JsonField& component) {
  const std::string_view type = component.at("type").text();
  if (type == "Sequence") {
    std::vector<PreTokenizerPointer> parts;
    component.at("pretokenizers").for_each([&](const JsonField& part) { parts.push_back(read_pre_tokenizer(part)); });
    return make_sequence_pre_tokenizer(std::move(parts));
  }
  if (type == "WhitespaceSplit") return make_whitespace_split();
  if (type == "BertPreTokenizer") return make_bert_pre_tokenizer();
  if (type != "Metaspace") unsupported(component, type);
  const auto fields = read_metaspace(component);
  return make_metaspace(fields.replacement, fields.prefix);
}

DecoderPointer read_decoder(const JsonField& component) {
  const std::string_view type = component.at("type").text();
  if (type == "WordPiece") return make_wordpiece_decoder(component.at("prefix").text(), component.at("cleanup").truth());
  if (type != "Metaspace") unsupported(component, type);
  const auto fields = read_metaspace(component);
  return make_metaspace_decoder(fields.replacement, fields.prefix);
}

// --- post-processor ---

std::vector<TemplateProcessing::Item> read_template(const JsonField& list) {
  std::vector<TemplateProcessing::Item> items;
  list.for_each([&](const JsonField& element) {
    TemplateProcessing::Item item;
    if (const auto sequence = element.find("Sequence")) {
      item.is_sequence = true;
      const JsonField id = sequence->at("id");
      if (id.text() != "A" && id.text() != "B") id.wrong("\"A\" or \"B\"");
      item.sequence = id.text() == "A" ? 0 : 1;
      item.type_id = static_cast<std::uint32_t>(sequence->at("type_id").count(std::numeric_limits<std::int32_t>::max()));
    } else {
      const JsonField special = element.at("SpecialToken");
      item.special = special.at("id").text();
      item.type_id = static_cast<std::uint32_t>(special.at("type_id").count(std::numeric_limits<std::int32_t>::max()));
    }
    items.push_back(std::move(item));
  });
  return items;
}

/// The token of a BertProcessing: ["[CLS]", 101].
std::pair<std::string, std::uint32_t> read_token_and_id(const JsonField& field) {
  const auto pair = field.array();
  std::string_view text;
  std::uint64_t id = 0;
  if (pair.size() != 2 || pair.at(0).get(text) != simdjson::SUCCESS || pair.at(1).get(id) != simdjson::SUCCESS ||
      id > std::numeric_limits<std::int32_t>::max())
    field.wrong("an array of a token and its id");
  return {std::string(text), static_cast<std::uint32_t>(id)};
}

TemplateProcessing read_post_processor(const JsonField& component) {
  const std::string_view type = component.at("type").text();
  if (type == "BertProcessing") {
    const auto [cls, cls_id] = read_token_and_id(component.at("cls"));
    const auto [sep, sep_id] = read_token_and_id(component.at("sep"));
    return TemplateProcessing::bert_processing(cls, cls_id, sep, sep_id);
  }
  if (type != "TemplateProcessing") unsupported(component, type);
  std::map<std::string, TemplateProcessing::Special> specials;
  const JsonField tokens = component.at("special_tokens");
  for (const auto [name, value] : tokens.object()) {
    const JsonField field(value, fmt::format("{}.{}", tokens.path(), name));
    TemplateProcessing::Special special;
    special.id = field.at("id").text();
    field.at("ids").for_each([&](const JsonField& id) {
      special.ids.push_back(static_cast<std::uint32_t>(id.count(std::numeric_limits<std::int32_t>::max())));
    });
    field.at("tokens").for_each([&](const JsonField& token) { special.tokens.emplace_back(token.text()); });
    require(special.ids.size() == special.tokens.size(), ErrorCode::bad_data, "{}: {} ids, but {} tokens", field.path(), special.ids.size(),
            special.tokens.size());
    specials[std::string(name)] = std::move(special);
  }
  return {read_template(component.at("single")), read_template(component.at("pair")), std::move(specials)};
}

// --- model ---

std::unique_ptr<const FastModel> read_wordpiece(const JsonField& component) {
  const JsonField texts = component.at("vocab");
  WordPieceVocabulary::Builder vocabulary;
  for (const auto [text, id] : texts.object()) {
    std::uint64_t number = 0;
    require(id.get(number) == simdjson::SUCCESS, ErrorCode::bad_data, "{}[{:?}] has to be a whole number", texts.path(), text);
    vocabulary.add(text, number);
  }
  const std::string_view prefix = component.at("continuing_subword_prefix").text();
  return std::make_unique<WordPieceModel>(WordPieceVocabulary(std::move(vocabulary), prefix), std::string(component.at("unk_token").text()),
                                          component.at("max_input_chars_per_word").count());
}

std::unique_ptr<const FastModel> read_model(const JsonField& component) {
  const auto type = component.find("type");
  if (type && type->text() == "WordPiece") return read_wordpiece(component);
  if (type && type->text() != "Unigram") unsupported(component, type->text());
  const JsonField list = component.at("vocab");
  if (!type && list.is_object()) {
    // Of the models with such a vocabulary only WordPiece has this.
    if (component.find("max_input_chars_per_word")) return read_wordpiece(component);
    fail(ErrorCode::not_implemented, "{}: this model without a type is not supported (Unigram and WordPiece are)", component.path());
  }
  UnigramModel::Vocabulary vocabulary;
  const auto entries = list.array();
  vocabulary.ends.reserve(entries.size());
  vocabulary.scores.reserve(entries.size());
  vocabulary.texts.reserve(entries.size() * 8);
  for (const auto element : entries) {
    // No JsonField here: making a path for each of 30,000 entries would cost more than reading them.
    simdjson::dom::array entry;
    std::string_view text;
    double score = 0;
    const bool good = element.get(entry) == simdjson::SUCCESS && entry.size() == 2 && entry.at(0).get(text) == simdjson::SUCCESS &&
                      entry.at(1).get(score) == simdjson::SUCCESS;
    require(good, ErrorCode::bad_data, "{}[{}] has to be an array of a text and a score", list.path(), vocabulary.size());
    vocabulary.add(text, entry.at(1).is_double() ? as_serde_reads(score) : score);
  }
  std::optional<std::uint32_t> unk_id;
  if (const auto id = component.find("unk_id")) unk_id = id->count32();
  const auto fallback = component.find("byte_fallback");
  return std::make_unique<UnigramModel>(std::move(vocabulary), unk_id, fallback && fallback->truth());
}

// --- the rest ---

Side read_direction(const JsonField& settings, std::optional<Side> otherwise) {
  const auto direction = settings.find("direction");
  if (!direction && otherwise) return *otherwise;
  const JsonField given = settings.at("direction");
  if (given.text() == "Left") return Side::left;
  if (given.text() != "Right") given.wrong("\"Left\" or \"Right\"");
  return Side::right;
}

Truncation read_truncation(const JsonField& settings) {
  Truncation truncation;
  truncation.max_length = settings.at("max_length").count();
  truncation.stride = settings.at("stride").count();
  truncation.side = read_direction(settings, Side::right);
  const JsonField strategy = settings.at("strategy");
  if (strategy.text() == "LongestFirst")
    truncation.strategy = TruncationStrategy::longest_first;
  else if (strategy.text() == "OnlyFirst")
    truncation.strategy = TruncationStrategy::only_first;
  else if (strategy.text() == "OnlySecond")
    truncation.strategy = TruncationStrategy::only_second;
  else
    strategy.wrong("\"LongestFirst\", \"OnlyFirst\" or \"OnlySecond\"");
  return truncation;
}

PaddingSettings read_padding(const JsonField& settings) {
  PaddingSettings padding;
  const JsonField strategy = settings.at("strategy");
  if (strategy.is_object())
    padding.fixed = strategy.at("Fixed").count();
  else if (strategy.text() != "BatchLongest")
    strategy.wrong("\"BatchLongest\" or {\"Fixed\": length}");
  padding.direction = read_direction(settings, std::nullopt);
  if (const auto multiple = settings.find("pad_to_multiple_of")) padding.pad_to_multiple_of = multiple->count();
  padding.pad_id = settings.at("pad_id").count32();
  padding.pad_type_id = settings.at("pad_type_id").count32();
  padding.pad_token = settings.at("pad_token").text();
  return padding;
}

std::vector<AddedToken> read_added_tokens(const JsonField& list) {
  std::vector<AddedToken> tokens;
  list.for_each([&](const JsonField& entry) {
    const auto flag = [&](std::string_view name, bool otherwise) {
      const auto field = entry.find(name);
      return field ? field->truth() : otherwise;
    };
    AddedToken token;
    token.content = entry.at("content").text();
    (void)entry.at("id").count32();  // ids follow from the vocabulary and the order
    token.single_word = flag("single_word", false);
    token.lstrip = flag("lstrip", false);
    token.rstrip = flag("rstrip", false);
    token.special = flag("special", false);
    token.normalized = flag("normalized", !token.special);
    tokens.push_back(std::move(token));
  });
  return tokens;
}

std::unique_ptr<FastPipeline> build(const JsonField& root) {
  (void)root.object();
  if (const auto version = root.find("version"); version && version->text() != "1.0") version->wrong("\"1.0\"");
  auto pipeline = std::make_unique<FastPipeline>(read_model(root.at("model")));
  if (const auto component = root.find("normalizer")) pipeline->normalizer = read_normalizer(*component);
  if (const auto component = root.find("pre_tokenizer")) pipeline->pre_tokenizer = read_pre_tokenizer(*component);
  if (const auto component = root.find("post_processor")) pipeline->post_processor = read_post_processor(*component);
  if (const auto component = root.find("decoder")) pipeline->decoder = read_decoder(*component);
  FastPipeline::Settings kept;
  if (const auto settings = root.find("truncation")) kept.truncation = read_truncation(*settings);
  if (const auto settings = root.find("padding")) kept.padding = read_padding(*settings);
  pipeline->keep_settings(kept);
  if (const auto list = root.find("added_tokens")) pipeline->add_tokens(read_added_tokens(*list));
  return pipeline;
}

}  // namespace

std::unique_ptr<FastPipeline> read_tokenizer_json(std::string_view text, std::string_view name) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (const auto error = parser.parse(text.data(), text.size()).get(document); error != simdjson::SUCCESS)
    fail(error == simdjson::MEMALLOC || error == simdjson::CAPACITY ? ErrorCode::resource : ErrorCode::bad_data, "{}: not a JSON text: {}",
         name, simdjson::error_message(error));
  try {
    return build(JsonField(document, {}));
  } catch (const Error& error) {
    // What is wrong with a value of a file is wrong with the file.
    throw Error(error.code() == ErrorCode::value ? ErrorCode::bad_data : error.code(), fmt::format("{}: {}", name, error.what()));
  }
}

}  // namespace albert
