// Tokenizer::pad on dictionaries of fields, the same in both forms.
#include <algorithm>

#include "albert/tokenizer.h"
#include "base/check.h"
#include "tokenizer/fields.h"
#include "tokenizer/options.h"
#include "tokenizer/padding.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

/// The rows that are to be padded: those of a batch, or the only one.
std::vector<Ints*> rows_of(Field& field, bool single, std::string_view name) {
  std::vector<Ints*> rows;
  if (single) {
    if (auto* row = std::get_if<Ints>(&field)) rows.push_back(row);
  } else if (auto* list = std::get_if<std::vector<Ints>>(&field)) {
    for (Ints& row : *list) rows.push_back(&row);
  }
  require(!rows.empty(), ErrorCode::type, "the field {} has to hold {} to be padded", name,
          single ? "a list of numbers" : "a list of numbers a row");
  return rows;
}

std::string names_of(const BatchEncoding& encoded) {
  std::string names;
  for (const auto& [name, value] : encoded.fields()) names += (names.empty() ? "" : ", ") + name;
  return names;
}

struct Target {
  PaddingStrategy padding;
  std::optional<std::int64_t> max_length;
  std::optional<std::int64_t> multiple;

  /// Tokens that a row of `length` lacks.
  [[nodiscard]] std::size_t missing(std::size_t length) const {
    const auto own = static_cast<std::int64_t>(length);
    std::optional<std::int64_t> wanted = padding == PaddingStrategy::longest ? own : max_length;
    if (wanted && multiple) wanted = round_up(*wanted, *multiple);
    if (padding == PaddingStrategy::do_not_pad || !wanted) return 0;
    check_padded_size(*wanted, 1);
    return static_cast<std::size_t>(std::max<std::int64_t>(0, *wanted - own));
  }
};

}  // namespace

BatchEncoding Tokenizer::pad(BatchEncoding encoded, const PadOptions& options) const {
  if (is_fast())
    encoded.add_warning(
        fmt::format("You're using a {} tokenizer. Please note that with a fast tokenizer, using the `__call__` method is faster "
                    "than using a method to encode the text followed by a call to the `pad` method to get a padded encoding.",
                    class_name()));
  const std::string& main = state_->model_input_names.front();
  const Field* required = encoded.find(main);
  require(required != nullptr, ErrorCode::value, "an encoding to be padded has to have {}; this one has: {}", main, names_of(encoded));
  const auto length = field_length(*required);
  require(length.has_value(), ErrorCode::type, "the field {} has to be a list", main);
  if (*length == 0) {
    if (options.return_attention_mask.value_or(false)) encoded.set("attention_mask", Ints());
    return encoded;
  }
  std::optional<DType> return_tensors = options.return_tensors;
  if (const auto* tensor = std::get_if<Tensor>(required)) {
    if (!return_tensors) return_tensors = is_floating(tensor->dtype()) ? DType::i64 : tensor->dtype();
    const auto names = encoded.fields();
    for (const auto& [name, value] : names) encoded.set(name, as_list(value));
    required = encoded.find(main);
  }
  const bool single = std::holds_alternative<Ints>(*required);
  require(single || std::holds_alternative<std::vector<Ints>>(*required), ErrorCode::value, "the field {} holds no numbers", main);

  std::vector<std::string> warnings;
  const CallOptions resolved = resolve_options(*this,
                                               {.padding = options.padding,
                                                .max_length = options.max_length,
                                                .padding_by_name = options.padding_by_name,
                                                .verbose = options.verbose},
                                               warnings);
  for (std::string& sentence : warnings) encoded.add_warning(std::move(sentence));
  Target target{resolved.padding, resolved.max_length, options.pad_to_multiple_of};

  std::vector<std::size_t> lengths;
  if (single) {
    lengths.push_back(*length);
  } else {
    for (const auto& [name, value] : encoded.fields()) {
      const auto count = field_length(value);
      require(count.has_value(), ErrorCode::type, "the field {} of a batch has to be a list", name);
      require(*count == *length, ErrorCode::value, "the field {} has {} rows where {} has {}", name, *count, main, *length);
    }
    for (const Ints& row : std::get<std::vector<Ints>>(*required)) lengths.push_back(row.size());
    if (target.padding == PaddingStrategy::longest) {
      target.padding = PaddingStrategy::max_length;
      target.max_length = static_cast<std::int64_t>(*std::max_element(lengths.begin(), lengths.end()));
    }
  }
  std::vector<std::size_t> missing;
  std::size_t total = 0;
  for (const std::size_t own : lengths) {
    missing.push_back(target.missing(own));
    total += missing.back();
    check_padded_size(static_cast<std::int64_t>(total), 1);
  }

  const bool mask = options.return_attention_mask.value_or(state_->wants("attention_mask"));
  if (mask && encoded.find("attention_mask") == nullptr) {
    std::vector<Ints> ones;
    ones.reserve(lengths.size());
    for (const std::size_t own : lengths) ones.emplace_back(own, 1);
    encoded.set("attention_mask", single ? Field(std::move(ones.front())) : Field(std::move(ones)));
  }
  if (total != 0) {
    const auto extend = [&](const std::string& name, std::int64_t filler) {
      const Field* present = encoded.find(name);
      if (present == nullptr) return;
      Field field = *present;
      const auto rows = rows_of(field, single, name);
      for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i]->insert(state_->padding_side == Side::right ? rows[i]->end() : rows[i]->begin(), missing[i], filler);
      encoded.set(name, std::move(field));
    };
    extend(main, *special_token_id("pad"));
    if (mask && main != "attention_mask") extend("attention_mask", 0);
    if (main != "token_type_ids") extend("token_type_ids", state_->pad_token_type_id);
    if (main != "special_tokens_mask") extend("special_tokens_mask", 1);
  }
  if (return_tensors) encoded.convert_to_tensors(*return_tensors);
  return encoded;
}

BatchEncoding Tokenizer::pad(std::span<const BatchEncoding> encoded, const PadOptions& options) const {
  require(!encoded.empty(), ErrorCode::index, "there is nothing to pad");
  BatchEncoding batch;
  for (const auto& [name, first] : encoded.front().fields()) {
    std::vector<Field> lists;
    lists.reserve(encoded.size());
    for (const BatchEncoding& one : encoded) lists.push_back(as_list(one.at(name)));
    std::vector<const Field*> elements;
    elements.reserve(lists.size());
    for (const Field& list : lists) elements.push_back(&list);
    batch.set(name, stack_fields(elements));
  }
  PadOptions with_tensors = options;
  const Field* main = encoded.front().find(state_->model_input_names.front());
  if (const auto* tensor = main != nullptr ? std::get_if<Tensor>(main) : nullptr; tensor != nullptr && !options.return_tensors)
    with_tensors.return_tensors = tensor->dtype();
  return pad(std::move(batch), with_tensors);
}

}  // namespace albert
