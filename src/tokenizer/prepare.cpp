#include "tokenizer/prepare.h"

#include <algorithm>
#include <span>

#include "base/check.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

template <class T>
void drop(std::vector<T>& values, std::int64_t count, Side side) {
  if (values.empty()) return;  // tokens that are not known
  if (side == Side::right)
    values.erase(values.end() - count, values.end());
  else
    values.erase(values.begin(), values.begin() + count);
}

void drop(IdSequence& sequence, std::int64_t count, Side side) {
  drop(sequence.ids, count, side);
  drop(sequence.tokens, count, side);
}

// Python's ids[-window:] and ids[:window], for a window of any sign.
std::vector<std::int32_t> window_of(const std::vector<std::int32_t>& ids, std::int64_t window, Side side) {
  const auto count = static_cast<std::int64_t>(ids.size());
  std::int64_t begin = 0, end = count;
  if (side == Side::right)
    begin = window > 0 ? std::max<std::int64_t>(0, count - window) : std::min(count, -window);
  else
    end = window >= 0 ? std::min(count, window) : std::max<std::int64_t>(0, count + window);
  return {ids.begin() + begin, ids.begin() + end};
}

// One token at a time from the longer text; on equal lengths from the second.
void cut_longest(IdSequence& first, IdSequence& second, std::int64_t remove, Side side) {
  auto a = static_cast<std::int64_t>(first.ids.size()), b = static_cast<std::int64_t>(second.ids.size());
  std::int64_t from_first = 0, from_second = 0;
  for (; remove > 0 && (a > 0 || b > 0); --remove) {
    if (a > b)
      --a, ++from_first;
    else
      --b, ++from_second;
  }
  drop(first, from_first, side);
  drop(second, from_second, side);
}

std::string too_short(std::int64_t remove, std::string_view which, std::size_t length, TruncationStrategy strategy) {
  std::string sentence =
      fmt::format("We need to remove {} to truncate the input but the {} sequence has a length {}. ", remove, which, length);
  if (strategy == TruncationStrategy::longest_first) return sentence;
  const bool first = strategy == TruncationStrategy::only_first;
  return sentence +
         fmt::format("Please select another truncation strategy than TruncationStrategy.{}, for instance 'longest_first' or '{}'.",
                     first ? "ONLY_FIRST" : "ONLY_SECOND", first ? "only_second" : "only_first");
}

}  // namespace

void truncate_sequences(IdSequence& first, IdSequence* second, std::int64_t remove, TruncationStrategy strategy, std::int64_t stride,
                        Side side, std::vector<std::int32_t>& overflow, std::vector<std::string>& warnings) {
  if (remove <= 0 || strategy == TruncationStrategy::do_not_truncate) return;
  if (strategy == TruncationStrategy::longest_first && second != nullptr) {
    warnings.emplace_back(
        "Be aware, overflowing tokens are not returned for the setting you have chosen, i.e. sequence pairs with the "
        "'longest_first' truncation strategy. So the returned list will always be empty even if some tokens have been removed.");
    cut_longest(first, *second, remove, side);
    return;
  }
  const bool from_second = strategy == TruncationStrategy::only_second;
  if (from_second && second == nullptr) return;
  IdSequence& target = from_second ? *second : first;
  const auto count = static_cast<std::int64_t>(target.ids.size());
  if (count <= remove) {
    warnings.push_back(too_short(remove, from_second ? "second" : "first", target.ids.size(), strategy));
    return;
  }
  constexpr std::int64_t most = std::int64_t{1} << 61;  // so that the sum stays in range
  overflow = window_of(target.ids, std::min(count, std::clamp(stride, -most, most) + remove), side);
  drop(target, remove, side);
}

Encoding prepare(const Tokenizer& tokenizer, IdSequence first, std::optional<IdSequence> second, const CallOptions& options) {
  const bool pair = second.has_value();
  const auto truncation = options.truncation.value_or(TruncationStrategy::do_not_truncate);
  require(!options.return_token_type_ids.value_or(false) || options.add_special_tokens, ErrorCode::value,
          "token_type_ids were asked for without special tokens, which the reference leaves undefined: add special tokens, or leave "
          "return_token_type_ids unset");
  require(!(options.return_overflowing_tokens && pair && truncation == TruncationStrategy::longest_first), ErrorCode::value,
          "overflowing tokens of a pair cannot be returned with longest_first: choose only_first or only_second");

  Encoding encoding;
  encoding.n_sequences = pair ? 2 : 1;
  const std::int64_t specials = options.add_special_tokens ? tokenizer.num_special_tokens_to_add(pair) : 0;
  const std::int64_t total = static_cast<std::int64_t>(first.ids.size() + (pair ? second->ids.size() : 0)) + specials;
  // A maximum of 0 counts as none, as in the reference.
  if (truncation != TruncationStrategy::do_not_truncate && options.max_length.value_or(0) != 0 && total > *options.max_length) {
    constexpr std::int64_t most = std::int64_t{1} << 61;
    const std::int64_t remove = total - std::max(*options.max_length, total - most);
    truncate_sequences(first, pair ? &*second : nullptr, remove, truncation, options.stride, tokenizer.truncation_side(),
                       encoding.overflowing_tokens, encoding.warnings);
  }
  if (options.return_overflowing_tokens) {
    require(options.max_length.has_value(), ErrorCode::type, "overflowing tokens need a max_length");
    encoding.num_truncated_tokens = total - std::max(*options.max_length, -(std::int64_t{1} << 62));
  } else {
    encoding.overflowing_tokens.clear();
  }

  const std::size_t first_size = first.ids.size(), second_size = pair ? second->ids.size() : 0;
  const std::optional<std::vector<std::int32_t>> pair_ids = pair ? std::optional(second->ids) : std::nullopt;
  if (options.add_special_tokens) {
    encoding.input_ids = tokenizer.build_inputs_with_special_tokens(first.ids, pair_ids);
    encoding.token_type_ids = tokenizer.create_token_type_ids_from_sequences(first.ids, pair_ids);
  } else {
    encoding.input_ids = std::move(first.ids);
    if (pair) encoding.input_ids.insert(encoding.input_ids.end(), second->ids.begin(), second->ids.end());
    encoding.token_type_ids.assign(encoding.size(), 0);  // the reference's types are all 0 then
  }
  warn_if_too_long(tokenizer, encoding.size(), options, encoding.warnings);
  encoding.attention_mask.assign(encoding.size(), 1);

  const auto put = [&](std::string token, std::int32_t sequence) {
    encoding.tokens.push_back(std::move(token));
    encoding.special_tokens_mask.push_back(sequence < 0);
    encoding.sequence_ids.push_back(sequence);
  };
  const auto put_all = [&](IdSequence& sequence, std::size_t size, std::int32_t index) {
    for (std::size_t i = 0; i < size; ++i) put(sequence.tokens.empty() ? std::string() : std::move(sequence.tokens[i]), index);
  };
  const auto special = [&](std::string_view role) {
    if (options.add_special_tokens) put(tokenizer.special_token(role).value_or(AddedToken{}).content, -1);
  };
  encoding.tokens.reserve(encoding.size());
  special("cls");
  put_all(first, first_size, 0);
  special("sep");
  if (pair) {
    put_all(*second, second_size, 1);
    special("sep");
  }
  return encoding;
}

void warn_if_too_long(const Tokenizer& tokenizer, std::size_t length, const CallOptions& options, std::vector<std::string>& warnings) {
  if (options.max_length || !options.verbose || static_cast<std::int64_t>(length) <= tokenizer.model_max_length()) return;
  warnings.push_back(fmt::format(
      "Token indices sequence length is longer than the specified maximum sequence length for this model ({} > {}). Running this "
      "sequence through the model will result in indexing errors",
      length, tokenizer.model_max_length()));
}

bool is_too_long_warning(std::string_view sentence) { return sentence.starts_with("Token indices sequence length"); }

// --- the reference's methods of the same names ---

namespace {

using Ids = std::span<const std::int32_t>;
using OptionalIds = std::optional<std::vector<std::int32_t>>;

std::int32_t id_of_role(const Tokenizer& tokenizer, std::string_view role) {
  const auto id = tokenizer.special_token_id(role);
  require(id.has_value(), ErrorCode::value, "special tokens were asked for but the tokenizer has no {} token", role);
  return *id;
}

}  // namespace

std::vector<std::int32_t> Tokenizer::build_inputs_with_special_tokens(Ids ids, const OptionalIds& pair_ids) const {
  const std::int32_t sep = id_of_role(*this, "sep");
  std::vector<std::int32_t> inputs;
  inputs.reserve(ids.size() + (pair_ids ? pair_ids->size() : 0) + 3);
  inputs.push_back(id_of_role(*this, "cls"));
  inputs.insert(inputs.end(), ids.begin(), ids.end());
  inputs.push_back(sep);
  if (pair_ids) {
    inputs.insert(inputs.end(), pair_ids->begin(), pair_ids->end());
    inputs.push_back(sep);
  }
  return inputs;
}

std::vector<std::int32_t> Tokenizer::create_token_type_ids_from_sequences(Ids ids, const OptionalIds& pair_ids) const {
  std::vector<std::int32_t> types(ids.size() + 2, 0);
  if (pair_ids) types.insert(types.end(), pair_ids->size() + 1, 1);
  return types;
}

std::vector<std::int32_t> Tokenizer::get_special_tokens_mask(Ids ids, const OptionalIds& pair_ids, bool already_has_special_tokens) const {
  if (already_has_special_tokens) {
    require(!pair_ids, is_fast() ? ErrorCode::not_implemented : ErrorCode::value,
            "a sequence that has its special tokens already has no second one beside it");
    return special_tokens_mask(ids);
  }
  require(!is_fast(), ErrorCode::not_implemented,
          "the fast form does not say where special tokens would go: take the slow form, or ask a call for the special_tokens_mask");
  std::vector<std::int32_t> mask(ids.size() + 2, 0);
  mask.front() = mask.back() = 1;
  if (pair_ids) {
    mask.insert(mask.end(), pair_ids->size() + 1, 0);
    mask.back() = 1;
  }
  return mask;
}

TruncatedSequences Tokenizer::truncate_sequences(std::vector<std::int32_t> ids, OptionalIds pair_ids, std::int64_t num_tokens_to_remove,
                                                 TruncationStrategy strategy, std::int64_t stride) const {
  IdSequence first, second;
  first.ids = std::move(ids);
  if (pair_ids) second.ids = std::move(*pair_ids);
  TruncatedSequences result;
  constexpr std::int64_t most = std::int64_t{1} << 61;
  albert::truncate_sequences(first, pair_ids ? &second : nullptr, std::min(num_tokens_to_remove, most), strategy, stride, truncation_side(),
                             result.overflowing_tokens, result.warnings);
  result.ids = std::move(first.ids);
  if (pair_ids) result.pair_ids = std::move(second.ids);
  return result;
}

}  // namespace albert
