// Settling the arguments of a tokenizer call (the reference's _get_padding_truncation_strategies).
#pragma once

#include <string>
#include <vector>

#include "albert/tokenizer.h"

namespace albert {

/// The same options with truncation given, max_length filled in from the model where a strategy needs it, and
/// strategies switched off where there is no maximum; `warnings` gets what the reference would log.
/// Error{value}: no pad token, lengths that contradict.
[[nodiscard]] CallOptions resolve_options(const Tokenizer& tokenizer, CallOptions options, std::vector<std::string>& warnings);

/// What the fast form refuses of resolved options before it looks at a text. Error{value|type}.
void check_fast_options(const Tokenizer& tokenizer, const CallOptions& options);

}  // namespace albert
