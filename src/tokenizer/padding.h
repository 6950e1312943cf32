// Padding encodings to one length (the reference's pad, the same in both forms).
#pragma once

#include <span>

#include "albert/tokenizer.h"

namespace albert {

/// Pads each encoding and its overflow windows to the longest encoding or to max_length, rounded up to
/// pad_to_multiple_of. Longer ones stay as they are. `options` are resolved. Error{resource} over 2^28 tokens.
void pad_encodings(const Tokenizer& tokenizer, const TokenizerState& state, std::span<Encoding> encodings, const CallOptions& options);

}  // namespace albert
