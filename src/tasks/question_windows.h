// A question and its context cut into windows for the model, by the fast and by the slow tokenizer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "albert/pipelines.h"

namespace albert::tasks {

/// The numbers of QuestionAnsweringOptions with their defaults filled in. Error{value}.
struct WindowLengths {
  WindowLengths(const QuestionAnsweringOptions& options, const Tokenizer& tokenizer);
  std::int64_t max_seq_len, doc_stride, max_question_len;
};

/// A context as the slow path splits it: at space, tab, CR, LF and U+202F.
struct ContextWords {
  explicit ContextWords(std::string_view context);
  std::vector<std::string> words;
  std::vector<std::int64_t> word_of_character;  ///< a blank has the word before it; -1 before the first
};

struct QuestionWindow {
  Encoding encoding;
  std::vector<std::uint8_t> allowed;        ///< [S] 1 where an answer may be
  std::vector<std::int64_t> word_of_token;  ///< slow: index into ContextWords::words, -1 for the rest
  std::int64_t padded_length = 0;           ///< tokens with the reference's padding
};

/// Fast: the tokenizer's own overflow windows; doc_stride is their overlap.
[[nodiscard]] std::vector<QuestionWindow> fast_windows(const QuestionInput& input, const Tokenizer& tokenizer,
                                                       const WindowLengths& lengths);

/// Slow: words tokenised one by one (SQuAD feature conversion); doc_stride is the step.
[[nodiscard]] std::vector<QuestionWindow> slow_windows(const QuestionInput& input, const ContextWords& context, const Tokenizer& tokenizer,
                                                       const WindowLengths& lengths);

}  // namespace albert::tasks
