#include "tokenizer/options.h"

#include <functional>

#include "base/check.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

// The reference's older names of padding and truncation.
void resolve_deprecated(CallOptions& options, const std::function<void(std::string_view)>& warn) {
  if (options.pad_to_max_length && options.padding == PaddingStrategy::longest && !options.padding_by_name)
    warn("Though `pad_to_max_length` = `True`, it is ignored because `padding`=`True`.");
  if (options.pad_to_max_length && options.padding == PaddingStrategy::do_not_pad && !options.padding_by_name) {
    warn(
        "The `pad_to_max_length` argument is deprecated and will be removed in a future version, use `padding=True` or "
        "`padding='longest'` to pad to the longest sequence in the batch, or use `padding='max_length'` to pad to a max length. In this "
        "case, you can give a specific length with `max_length` (e.g. `max_length=45`) or leave max_length to None to pad to the maximal "
        "input size of the model (e.g. 512 for Bert).");
    options.padding = options.max_length ? PaddingStrategy::max_length : PaddingStrategy::longest;
    options.padding_by_name = true;
  }
  const auto older = options.truncation_strategy.value_or(TruncationStrategy::do_not_truncate);
  if (!options.truncation && older != TruncationStrategy::do_not_truncate) {
    warn(
        "The `truncation_strategy` argument is deprecated and will be removed in a future version, use `truncation=True` to truncate "
        "examples to a max length. You can give a specific length with `max_length` (e.g. `max_length=45`) or leave max_length to None "
        "to truncate to the maximal input size of the model (e.g. 512 for Bert).  If you have pairs of inputs, you can give a specific "
        "truncation strategy selected among `truncation='only_first'` (will only truncate the first sentence in the pairs) "
        "`truncation='only_second'` (will only truncate the second sentence in the pairs) or `truncation='longest_first'` (will "
        "iteratively remove tokens from the longest sentence in the pairs).");
    options.truncation = older;
  }
  options.pad_to_max_length = false;
  options.truncation_strategy.reset();
}

}  // namespace

CallOptions resolve_options(const Tokenizer& tokenizer, CallOptions options, std::vector<std::string>& warnings) {
  const bool given = options.max_length.has_value();
  const auto warn = [&](std::string_view sentence) {
    if (options.verbose) warnings.emplace_back(sentence);
  };
  // A maximum length alone asks for truncation.
  if (given && options.padding == PaddingStrategy::do_not_pad && !options.padding_by_name && !options.truncation) {
    warn(
        "Truncation was not explicitly activated but `max_length` is provided a specific value, please use `truncation=True` to "
        "explicitly truncate examples to max length. Defaulting to 'longest_first' truncation strategy. If you encode pairs of "
        "sequences (GLUE-style) with the tokenizer you can select this strategy more precisely by providing a specific strategy to "
        "`truncation`.");
    options.truncation = TruncationStrategy::longest_first;
  }
  const bool names_truncation = options.truncation.value_or(TruncationStrategy::do_not_truncate) != TruncationStrategy::do_not_truncate;
  if (given && options.padding == PaddingStrategy::longest && !options.padding_by_name && !names_truncation)
    warn(
        "`max_length` is ignored when `padding`=`True` and there is no truncation strategy. To pad to max length, use "
        "`padding='max_length'`.");
  resolve_deprecated(options, warn);
  if (!options.truncation) options.truncation = TruncationStrategy::do_not_truncate;
  const bool truncates = options.truncation != TruncationStrategy::do_not_truncate;
  const bool model_has_maximum = tokenizer.model_max_length() < no_max_length;
  if (!given && options.padding == PaddingStrategy::max_length) {
    if (model_has_maximum) {
      options.max_length = tokenizer.model_max_length();
    } else {
      warn(
          "Asking to pad to max_length but no maximum length is provided and the model has no predefined maximum length. Default to no "
          "padding.");
      options.padding = PaddingStrategy::do_not_pad;
    }
  }
  if (!given && truncates) {
    if (model_has_maximum) {
      options.max_length = tokenizer.model_max_length();
    } else {
      warn(
          "Asking to truncate to max_length but no maximum length is provided and the model has no predefined maximum length. Default to "
          "no truncation.");
      options.truncation = TruncationStrategy::do_not_truncate;
    }
  }

  const bool pads = options.padding != PaddingStrategy::do_not_pad;
  if (pads) {
    const auto pad = tokenizer.special_token_id("pad");
    require(pad.has_value() && *pad >= 0, ErrorCode::value,
            "padding was asked for but the tokenizer has no pad token: give one (add_special_tokens with the role pad)");
  }
  const auto divides = [](std::int64_t divisor, std::int64_t number) {
    return divisor == 1 || divisor == -1 || (divisor != 0 && number % divisor == 0);
  };
  if (options.truncation != TruncationStrategy::do_not_truncate && pads && options.pad_to_multiple_of && options.max_length)
    require(divides(*options.pad_to_multiple_of, *options.max_length), ErrorCode::value,
            "truncation and padding are both on, but the length {} is not a multiple of pad_to_multiple_of ({})", *options.max_length,
            *options.pad_to_multiple_of);
  return options;
}

void check_fast_options(const Tokenizer& tokenizer, const CallOptions& options) {
  require(!options.split_special_tokens, ErrorCode::type, "split_special_tokens is an argument of the slow form's call alone");
  const bool truncates = options.truncation.value_or(TruncationStrategy::do_not_truncate) != TruncationStrategy::do_not_truncate;
  const auto check = [](std::string_view name, std::optional<std::int64_t> value) {
    require(value.value_or(0) >= 0, ErrorCode::value, "{} has to be 0 or more, not {}", name, value.value_or(0));
  };
  if (truncates || options.padding == PaddingStrategy::max_length) check("max_length", options.max_length);
  if (truncates) check("stride", options.stride);
  // The specials of one text even for two, or without any; not looked at when they leave no room.
  const std::int64_t specials = tokenizer.num_special_tokens_to_add(false), maximum = options.max_length.value_or(0);
  require(!truncates || maximum < specials || options.stride <= maximum - specials, ErrorCode::value,
          "stride {} is more than the {} tokens that max_length {} leaves beside the special ones", options.stride, maximum - specials,
          maximum);
  if (options.padding != PaddingStrategy::do_not_pad) check("pad_to_multiple_of", options.pad_to_multiple_of);
}

}  // namespace albert
