#include "tokenizer/options.h"

#include "base/check.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {

CallOptions resolve_options(const Tokenizer& tokenizer, CallOptions options) {
  const bool given = options.max_length.has_value();
  // A maximum length alone asks for truncation.
  if (given && options.padding == PaddingStrategy::do_not_pad && !options.truncation)
    options.truncation = TruncationStrategy::longest_first;
  if (!options.truncation) options.truncation = TruncationStrategy::do_not_truncate;
  const bool model_has_maximum = tokenizer.model_max_length() < no_max_length;
  if (!given && options.padding == PaddingStrategy::max_length) {
    if (model_has_maximum)
      options.max_length = tokenizer.model_max_length();
    else
      options.padding = PaddingStrategy::do_not_pad;
  }
  if (!given && options.truncation != TruncationStrategy::do_not_truncate) {
    if (model_has_maximum)
      options.max_length = tokenizer.model_max_length();
    else
      options.truncation = TruncationStrategy::do_not_truncate;
  }

  const bool pads = options.padding != PaddingStrategy::do_not_pad;
  if (options.pad_to_multiple_of)
    require(*options.pad_to_multiple_of > 0, ErrorCode::value, "pad_to_multiple_of has to be positive, not {}",
            *options.pad_to_multiple_of);
  require(!pads || tokenizer.special_token("pad").has_value(), ErrorCode::value,
          "padding was asked for but the tokenizer has no pad token: give one (add_special_tokens with the role pad)");
  if (options.truncation != TruncationStrategy::do_not_truncate && pads && options.pad_to_multiple_of && options.max_length)
    require(*options.max_length % *options.pad_to_multiple_of == 0, ErrorCode::value,
            "truncation and padding are both on, but the length {} is not a multiple of pad_to_multiple_of ({})", *options.max_length,
            *options.pad_to_multiple_of);
  return options;
}

}  // namespace albert
