// The reference's call: from its input forms to requests, and from encodings to its dictionary of fields.
#include <algorithm>

#include "albert/tokenizer.h"
#include "base/check.h"
#include "tokenizer/fields.h"
#include "tokenizer/options.h"
#include "tokenizer/padding.h"
#include "tokenizer/prepare.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<std::int32_t>;

bool is_empty(const SequenceArgument& argument) {
  return std::visit([](const auto& value) { return value.empty(); }, argument);
}

/// With is_split_into_words the reference takes a tuple of two texts for the words of one.
ItemArgument joined_words(const ItemArgument& item, bool is_split_into_words) {
  const auto* first = std::get_if<std::string>(&item.text);
  const auto* second = item.text_pair ? std::get_if<std::string>(&*item.text_pair) : nullptr;
  if (!is_split_into_words || first == nullptr || second == nullptr) return item;
  return {Words{*first, *second}, std::nullopt};
}

std::vector<ItemArgument> with_joined_words(std::span<const ItemArgument> items, bool is_split_into_words) {
  std::vector<ItemArgument> joined;
  joined.reserve(items.size());
  for (const ItemArgument& item : items) joined.push_back(joined_words(item, is_split_into_words));
  return joined;
}

SequenceInput text_input(const std::string& text) { return {.text = text}; }
SequenceInput words_input(const Words& words) { return {.words = words, .is_split_into_words = true}; }

/// What the slow form makes of one text.
SequenceInput slow_sequence(const SequenceArgument& argument, bool is_split_into_words) {
  require(std::holds_alternative<std::string>(argument) || !is_empty(argument), ErrorCode::value,
          "an empty list is no text: expected a text, its words, its tokens or its ids");
  if (const auto* text = std::get_if<std::string>(&argument)) return text_input(*text);
  if (const auto* ids = std::get_if<Ids>(&argument)) return {.is_ids = true, .ids = *ids};
  const auto& words = std::get<Words>(argument);
  if (is_split_into_words) return words_input(words);
  return {.words = words, .is_tokens = true};
}

EncodeRequest slow_request(const ItemArgument& item, bool is_split_into_words) {
  EncodeRequest request{.first = slow_sequence(item.text, is_split_into_words)};
  if (item.text_pair) request.second = slow_sequence(*item.text_pair, is_split_into_words);
  return request;
}

// Without words a list in a batch is a text and its pair.
std::optional<EncodeRequest> listed_pair(const ItemArgument& item, bool is_split_into_words) {
  const auto* list = std::get_if<Words>(&item.text);
  if (list == nullptr || item.text_pair || is_split_into_words || list->size() != 2) return std::nullopt;
  return EncodeRequest{.first = text_input(list->front()), .second = text_input(list->back())};
}

EncodeRequest slow_batch_request(const ItemArgument& item, bool is_split_into_words) {
  if (auto pair = listed_pair(item, is_split_into_words)) return *pair;
  const bool is_list = std::holds_alternative<Words>(item.text) && !item.text_pair;
  require(!is_list || is_split_into_words, ErrorCode::value, "a list in a batch is a text and its pair: two texts are expected, not {}",
          is_list ? std::get<Words>(item.text).size() : 0);
  require(!is_list || !is_empty(item.text), ErrorCode::index, "an input that is split into words has to have at least one");
  require(!is_split_into_words || !item.text_pair || !std::holds_alternative<std::string>(item.text), ErrorCode::type,
          "with is_split_into_words a text and its pair are lists of words; got a text");
  return slow_request(item, is_split_into_words);
}

SequenceInput fast_sequence(const SequenceArgument& argument, bool is_split_into_words) {
  if (is_split_into_words) {
    const auto* words = std::get_if<Words>(&argument);
    require(words != nullptr, ErrorCode::type, "with is_split_into_words the fast form takes a list of words");
    return words_input(*words);
  }
  const auto* text = std::get_if<std::string>(&argument);
  require(text != nullptr, ErrorCode::type, "the fast form takes texts, or words with is_split_into_words; no tokens or ids");
  return text_input(*text);
}

EncodeRequest fast_request(const ItemArgument& item, bool is_split_into_words) {
  if (auto pair = listed_pair(item, is_split_into_words)) return *pair;
  EncodeRequest request{.first = fast_sequence(item.text, is_split_into_words)};
  if (item.text_pair) request.second = fast_sequence(*item.text_pair, is_split_into_words);
  return request;
}

/// Puts the values of every row under their names, in the order in which the names come.
class Columns {
 public:
  template <class T>
  void add(std::string_view name, T value) {
    auto found = std::find_if(columns_.begin(), columns_.end(), [&](const auto& column) { return column.first == name; });
    if (found == columns_.end()) found = columns_.emplace(columns_.end(), std::string(name), std::vector<T>());
    std::get<std::vector<T>>(found->second).push_back(std::move(value));
  }
  /// The columns as fields; `flat`: those of the only row, numbers still in a list.
  BatchEncoding take(bool flat) {
    std::vector<BatchEncoding::Member> fields;
    fields.reserve(columns_.size());
    for (auto& [name, column] : columns_) fields.emplace_back(name, flat ? flattened(column) : whole(column));
    return BatchEncoding(std::move(fields));
  }

 private:
  using Column = std::variant<Ints, std::vector<Ints>, std::vector<std::vector<Offsets>>>;
  static Field whole(Column& column) {
    return std::visit([](auto& rows) -> Field { return std::move(rows); }, column);
  }
  static Field flattened(Column& column) {
    if (auto* rows = std::get_if<std::vector<Ints>>(&column)) return std::move(rows->front());
    if (auto* rows = std::get_if<std::vector<std::vector<Offsets>>>(&column)) return std::move(rows->front());
    return whole(column);
  }
  std::vector<std::pair<std::string, Column>> columns_;
};

void add_warnings(BatchEncoding& result, const std::vector<std::string>& warnings) {
  const auto& present = result.warnings();
  for (const std::string& sentence : warnings)
    if (!is_too_long_warning(sentence) || std::none_of(present.begin(), present.end(), is_too_long_warning)) result.add_warning(sentence);
}

/// The rows of the fast form: windows behind their text.
BatchEncoding fast_fields(std::vector<Encoding>&& encodings, const CallOptions& options, const TokenizerState& state, bool single) {
  const bool types = options.return_token_type_ids.value_or(state.wants("token_type_ids"));
  const bool mask = options.return_attention_mask.value_or(state.wants("attention_mask"));
  Columns columns;
  std::vector<Encoding> rows;
  Ints samples;
  const auto add = [&](Encoding&& row, std::size_t sample) {
    columns.add("input_ids", to_ints(row.input_ids));
    if (types) columns.add("token_type_ids", to_ints(row.token_type_ids));
    if (mask) columns.add("attention_mask", to_ints(row.attention_mask));
    if (options.return_special_tokens_mask) columns.add("special_tokens_mask", to_ints(row.special_tokens_mask));
    if (options.return_offsets_mapping) columns.add("offset_mapping", row.offsets);
    if (options.return_length) columns.add("length", static_cast<std::int64_t>(row.size()));
    samples.push_back(static_cast<std::int64_t>(sample));
    rows.push_back(std::move(row));
  };
  std::vector<std::string> warnings;
  for (std::size_t i = 0; i < encodings.size(); ++i) {
    warnings.insert(warnings.end(), encodings[i].warnings.begin(), encodings[i].warnings.end());
    std::vector<Encoding> windows = std::move(encodings[i].overflowing);
    encodings[i].overflowing.clear();
    add(std::move(encodings[i]), i);
    for (Encoding& window : windows) add(std::move(window), i);
  }
  BatchEncoding result = columns.take(single && !options.return_tensors && !options.return_overflowing_tokens);
  if (options.return_overflowing_tokens) result.set("overflow_to_sample_mapping", std::move(samples));
  add_warnings(result, warnings);
  result.set_encodings(std::move(rows));
  if (options.return_tensors) result.convert_to_tensors(*options.return_tensors);
  return result;
}

PadOptions pad_options(const CallOptions& options) {
  // By its name: nothing is to be warned of or resolved again.
  return {.padding = options.padding,
          .max_length = options.max_length,
          .pad_to_multiple_of = options.pad_to_multiple_of,
          .return_attention_mask = options.return_attention_mask,
          .padding_by_name = true};
}

/// What the slow form's prepare_for_model returns: one row, flat.
BatchEncoding prepared_fields(const Tokenizer& tokenizer, const TokenizerState& state, Encoding&& encoding, CallOptions options,
                              bool prepend_batch_axis) {
  options.return_attention_mask = options.return_attention_mask.value_or(state.wants("attention_mask"));
  BatchEncoding result;
  if (options.return_overflowing_tokens) {
    result.set("overflowing_tokens", to_ints(encoding.overflowing_tokens));
    result.set("num_truncated_tokens", encoding.num_truncated_tokens);
  }
  const auto size = static_cast<std::int64_t>(encoding.size());
  result.set("input_ids", to_ints(encoding.input_ids));
  if (options.return_token_type_ids.value_or(state.wants("token_type_ids"))) result.set("token_type_ids", to_ints(encoding.token_type_ids));
  if (options.return_special_tokens_mask) result.set("special_tokens_mask", to_ints(encoding.special_tokens_mask));
  add_warnings(result, encoding.warnings);
  if (options.padding != PaddingStrategy::do_not_pad || *options.return_attention_mask)
    result = tokenizer.pad(std::move(result), pad_options(options));
  if (options.return_length) {
    const Ints* ids = std::get_if<Ints>(result.find("input_ids"));
    result.set("length", ids != nullptr ? static_cast<std::int64_t>(ids->size()) : size);
  }
  if (options.return_tensors) result.convert_to_tensors(*options.return_tensors, prepend_batch_axis);
  return result;
}

BatchEncoding slow_batch_fields(const Tokenizer& tokenizer, const TokenizerState& state, const std::vector<Encoding>& encodings,
                                const CallOptions& options) {
  Columns columns;
  const bool types = options.return_token_type_ids.value_or(state.wants("token_type_ids"));
  std::vector<std::string> warnings;
  for (const Encoding& row : encodings) {
    if (options.return_overflowing_tokens) {
      columns.add("overflowing_tokens", to_ints(row.overflowing_tokens));
      columns.add("num_truncated_tokens", row.num_truncated_tokens);
    }
    columns.add("input_ids", to_ints(row.input_ids));
    if (types) columns.add("token_type_ids", to_ints(row.token_type_ids));
    if (options.return_special_tokens_mask) columns.add("special_tokens_mask", to_ints(row.special_tokens_mask));
    if (options.return_length) columns.add("length", static_cast<std::int64_t>(row.size()));
    warnings.insert(warnings.end(), row.warnings.begin(), row.warnings.end());
  }
  BatchEncoding result = columns.take(false);
  add_warnings(result, warnings);
  result = tokenizer.pad(std::move(result), pad_options(options));
  if (options.return_tensors) result.convert_to_tensors(*options.return_tensors);
  return result;
}

void refuse_offsets(const CallOptions& options) {
  require(!options.return_offsets_mapping, ErrorCode::not_implemented, "the slow form has no offsets: take the fast form");
}

SequenceArgument as_sequence(const TextArgument& argument, bool is_fast) {
  if (const auto* text = std::get_if<std::string>(&argument)) return *text;
  if (const auto* list = std::get_if<Words>(&argument)) return *list;
  // A list of lists where one text is expected: the reference looks at its first element.
  require(std::get<std::vector<Words>>(argument).empty(), is_fast ? ErrorCode::type : ErrorCode::value,
          "one text is expected here: a text, or its words with is_split_into_words; got a list of lists");
  return Words();
}

/// The elements of a list argument, each as one text.
std::vector<SequenceArgument> elements(const TextArgument& argument) {
  if (const auto* list = std::get_if<Words>(&argument)) return {list->begin(), list->end()};
  const auto& lists = std::get<std::vector<Words>>(argument);
  return {lists.begin(), lists.end()};
}

}  // namespace

BatchEncoding Tokenizer::encode_plus(const SequenceArgument& text, const std::optional<SequenceArgument>& text_pair,
                                     const CallOptions& options) const {
  std::vector<std::string> warnings;
  const CallOptions resolved = resolve_options(*this, options, warnings);
  BatchEncoding result;
  if (is_fast()) {
    check_fast_options(*this, resolved);
    ItemArgument item{text, text_pair};
    // Python takes an empty second text of a single call for none.
    if (item.text_pair && is_empty(*item.text_pair)) item.text_pair.reset();
    item = joined_words(item, resolved.is_split_into_words);
    const EncodeRequest request = fast_request(item, resolved.is_split_into_words);
    result = fast_fields(encode_requests({&request, 1}, resolved, 1), resolved, *state_, true);
  } else {
    refuse_offsets(resolved);
    const ItemArgument item{text, text_pair};
    EncodeRequest request = slow_request(item, resolved.is_split_into_words);
    request.draw = state_->next_draw++;
    Encoding encoding = encode_unpadded(request, resolved);
    result = prepared_fields(*this, *state_, std::move(encoding), resolved, true);
  }
  add_warnings(result, warnings);
  return result;
}

std::vector<Encoding> Tokenizer::encode_batch(std::span<const ItemArgument> items, const CallOptions& options, int threads) const {
  std::vector<std::string> warnings;
  const CallOptions resolved = resolve_options(*this, options, warnings);
  if (is_fast()) check_fast_options(*this, resolved);
  const std::vector<ItemArgument> joined = with_joined_words(items, resolved.is_split_into_words);
  std::vector<EncodeRequest> requests;
  requests.reserve(joined.size());
  for (const ItemArgument& item : joined)
    requests.push_back(is_fast() ? fast_request(item, resolved.is_split_into_words)
                                 : slow_batch_request(item, resolved.is_split_into_words));
  std::vector<Encoding> encodings = encode_requests(requests, resolved, threads);
  if (!encodings.empty()) encodings.front().warnings.insert(encodings.front().warnings.begin(), warnings.begin(), warnings.end());
  return encodings;
}

BatchEncoding Tokenizer::batch_encode_plus(std::span<const ItemArgument> items, const CallOptions& options) const {
  if (is_fast()) {
    std::vector<Encoding> encodings = encode_batch(items, options, 0);
    require(!encodings.empty(), ErrorCode::index, "a batch of the fast form has to have at least one text");
    return fast_fields(std::move(encodings), options, *state_, false);
  }
  std::vector<std::string> warnings;
  const CallOptions resolved = resolve_options(*this, options, warnings);
  refuse_offsets(resolved);
  CallOptions unpadded = resolved;
  unpadded.padding = PaddingStrategy::do_not_pad;
  unpadded.padding_by_name = true;
  BatchEncoding result = slow_batch_fields(*this, *state_, encode_batch(items, unpadded, 0), resolved);
  add_warnings(result, warnings);
  return result;
}

BatchEncoding Tokenizer::call(const CallTexts& texts, const CallOptions& options) const {
  require(texts.text || texts.text_target, ErrorCode::value, "a call needs a text or a target text");
  const auto call_one = [&](const TextArgument& text, const std::optional<TextArgument>& text_pair) {
    const bool is_text = std::holds_alternative<std::string>(text);
    const auto* lists = std::get_if<std::vector<Words>>(&text);
    const bool is_batch = options.is_split_into_words ? lists != nullptr && !lists->empty() : !is_text;
    if (!is_batch) {
      // The reference looks at the arguments before it looks at the second text.
      std::vector<std::string> warnings;
      const CallOptions resolved = resolve_options(*this, options, warnings);
      if (is_fast())
        check_fast_options(*this, resolved);
      else
        refuse_offsets(resolved);
      return encode_plus(as_sequence(text, is_fast()), text_pair ? std::optional(as_sequence(*text_pair, is_fast())) : std::nullopt,
                         options);
    }
    require(!text_pair || !std::holds_alternative<std::string>(*text_pair), ErrorCode::type,
            "a batch of texts needs a list of second texts as long as it, not one text");
    std::vector<ItemArgument> items;
    for (SequenceArgument& element : elements(text)) items.push_back({std::move(element), std::nullopt});
    if (text_pair) {
      std::vector<SequenceArgument> pairs = elements(*text_pair);
      require(pairs.size() == items.size(), ErrorCode::value, "a batch of {} texts has {} second texts", items.size(), pairs.size());
      for (std::size_t i = 0; i < items.size(); ++i) items[i].text_pair = std::move(pairs[i]);
    }
    return batch_encode_plus(items, options);
  };
  BatchEncoding result;
  if (texts.text) result = call_one(*texts.text, texts.text_pair);
  if (!texts.text_target) return result;
  BatchEncoding target = call_one(*texts.text_target, texts.text_pair_target);
  if (!texts.text) return target;
  result.set("labels", target.at("input_ids"));
  add_warnings(result, target.warnings());
  return result;
}

BatchEncoding Tokenizer::call(const TextArgument& text, const CallOptions& options) const { return call(CallTexts{.text = text}, options); }

BatchEncoding Tokenizer::call(const TextArgument& text, const TextArgument& text_pair, const CallOptions& options) const {
  return call(CallTexts{.text = text, .text_pair = text_pair}, options);
}

std::vector<std::int32_t> Tokenizer::encode(const SequenceArgument& text, const std::optional<SequenceArgument>& text_pair,
                                            const CallOptions& options) const {
  CallOptions lists = options;
  lists.return_tensors.reset();
  const BatchEncoding encoded = encode_plus(text, text_pair, lists);
  const Ints* ids = std::get_if<Ints>(&encoded.at("input_ids"));
  if (ids == nullptr) ids = &encoded.rows("input_ids").front();
  return {ids->begin(), ids->end()};
}

BatchEncoding Tokenizer::prepare_for_model(std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids,
                                           const CallOptions& options, bool prepend_batch_axis) const {
  std::vector<std::string> warnings;
  const CallOptions resolved = resolve_options(*this, options, warnings);
  std::optional<IdSequence> second;
  if (pair_ids) second = IdSequence{.ids = *pair_ids, .tokens = {}};
  Encoding encoding = prepare(*this, {.ids = {ids.begin(), ids.end()}, .tokens = {}}, std::move(second), resolved);
  if (resolved.return_special_tokens_mask && resolved.add_special_tokens) static_cast<void>(get_special_tokens_mask(ids, pair_ids));
  BatchEncoding result = prepared_fields(*this, *state_, std::move(encoding), resolved, prepend_batch_axis);
  add_warnings(result, warnings);
  return result;
}

}  // namespace albert
