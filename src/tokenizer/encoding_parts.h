// Cutting encodings and putting them together, overflow windows included.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "albert/tokenizer.h"

namespace albert {

/// Appends the tokens of `more` to `to`; windows are left alone.
void append_tokens(Encoding& to, const Encoding& more);
/// Tokens [begin, end) of an encoding, without its windows.
[[nodiscard]] Encoding slice_tokens(const Encoding& encoding, std::size_t begin, std::size_t end);
/// Appends `more` to `to` and combines their windows: each of `to` with `more` and with each of its
/// windows, then `to` with each window of `more`. Error{resource} when the windows together would
/// have over 2^27 tokens.
void merge_with(Encoding& to, Encoding&& more);

/// Cuts an encoding to `length` tokens, in windows that overlap by `stride`; the others become its
/// overflow if `keep_overflow`. Length 0 leaves nothing and the whole as overflow. Error{value} when
/// the stride is not smaller than the length.
void truncate_encoding(Encoding& encoding, std::size_t length, std::size_t stride, Side side, bool keep_overflow);

/// How truncate_encodings is to cut.
struct Truncation {
  std::uint64_t max_length = 0;
  TruncationStrategy strategy = TruncationStrategy::longest_first;
  std::uint64_t stride = 0;
  Side side = Side::right;
};

/// Cuts one or two encodings (`second` null: one) so that together they have at most max_length
/// tokens. Error{value}: the text to be cut is too short, or there is no second one.
void truncate_encodings(Encoding& first, Encoding* second, const Truncation& truncation, bool keep_overflow);

}  // namespace albert
