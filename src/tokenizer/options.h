// Settling the arguments of a tokenizer call (the reference's _get_padding_truncation_strategies).
#pragma once

#include "albert/tokenizer.h"

namespace albert {

/// The same options with truncation given, max_length filled in from the model where a strategy needs it, and
/// strategies switched off where there is no maximum. Error{value}: no pad token, lengths that contradict.
[[nodiscard]] CallOptions resolve_options(const Tokenizer& tokenizer, CallOptions options);

}  // namespace albert
