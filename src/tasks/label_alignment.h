// Which tokens carry the labels of words and of answers: the preprocessing of the reference's guides.
#pragma once

#include <cstdint>
#include <vector>

#include "albert/batch_encoding.h"

namespace albert::tasks {

struct WordPiece {
  std::int64_t token = 0;
  std::int32_t word = 0;
};

/// The first piece of every word of a row that was encoded from words. Words without a piece, or cut off, are absent.
[[nodiscard]] std::vector<WordPiece> first_pieces(const Encoding& encoding);

struct TokenRange {
  std::int64_t start = 0, end = 0;  ///< both included
};

/// The tokens of an answer, given as code points [start, end) of the context, text number `sequence` of the row. (0, 0) when the answer
/// begins behind the window or ends before it; one that the window cuts is clipped.
[[nodiscard]] TokenRange answer_tokens(const Encoding& window, std::int32_t sequence, std::int64_t start, std::int64_t end);

}  // namespace albert::tasks
