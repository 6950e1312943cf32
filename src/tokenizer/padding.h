// Padding encodings to one length (the reference's pad, the same in both forms).
#pragma once

#include <span>

#include "albert/tokenizer.h"

namespace albert {

/// Adds to `length` what is missing to a multiple, as Python reckons (either may be negative). Error{value} for a
/// multiple of 0, Error{resource} over 2^62.
[[nodiscard]] std::int64_t round_up(std::int64_t length, std::int64_t multiple);
/// Error{resource} when so many rows of so many tokens are over 2^28 tokens.
void check_padded_size(std::int64_t length, std::size_t rows);

/// Pads each encoding and its overflow windows to the longest encoding or to max_length, rounded up to
/// pad_to_multiple_of (fast: a multiple of 0 is none). Longer ones stay as they are. `options` are resolved. Error{resource} over 2^28
/// tokens.
void pad_encodings(const Tokenizer& tokenizer, const TokenizerState& state, std::span<Encoding> encodings, const CallOptions& options);

}  // namespace albert
