// Start and end logits of one window to its best spans (the reference's select_starts_ends and decode_spans).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace albert::tasks {

struct AnswerSpan {
  std::size_t start = 0, end = 0;  ///< tokens of the window, end included
  float score = 0;
};

struct WindowSpans {
  std::vector<AnswerSpan> spans;  ///< best first
  float null_score = 0;           ///< of "no answer": both ends at the first token
};

/// `allowed` [S]: 1 where an answer may start and end. `padded_length`: tokens of the window as the
/// reference pads it (on the right here); it matters for which of many spans of score 0 are among the top_k. Error{value}.
[[nodiscard]] WindowSpans best_spans(std::span<const float> start_logits, std::span<const float> end_logits,
                                     std::span<const std::uint8_t> allowed, std::int64_t top_k, std::int64_t max_answer_len,
                                     std::int64_t padded_length);

}  // namespace albert::tasks
