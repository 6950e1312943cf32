// A question and its context to the best answers: windows in, spans out (the reference's QuestionAnsweringPipeline).
#pragma once

#include <optional>
#include <vector>

#include "tasks/answer_spans.h"
#include "tasks/code_points.h"
#include "tasks/question_windows.h"
#include "tasks/rows.h"

namespace albert::tasks {

/// For run_task().
class QuestionAnsweringTask {
 public:
  using Input = QuestionInput;
  using Result = std::vector<Answer>;  ///< best first
  struct Prepared {
    std::vector<Encoding> rows;
    std::vector<QuestionWindow> windows;        ///< their encodings are moved to rows
    std::optional<ContextWords> context_words;  ///< slow
  };
  using Read = WindowSpans;

  /// Error{value} as check().
  QuestionAnsweringTask(const Tokenizer& tokenizer, const QuestionAnsweringOptions& options);
  /// Error{value} for options that can serve no input.
  static void check(const Tokenizer& tokenizer, const QuestionAnsweringOptions& options);

  [[nodiscard]] Prepared prepare(const Input& input) const;
  [[nodiscard]] Read read(const Prepared& prepared, std::size_t row, const RowOutput& output) const;
  [[nodiscard]] Result finish(const Input& input, const Prepared& prepared, const std::vector<Read>& windows) const;

 private:
  [[nodiscard]] Answer fast_answer(const CodePoints& context, const Encoding& encoding, const AnswerSpan& span) const;

  const Tokenizer& tokenizer_;
  const QuestionAnsweringOptions& options_;
  WindowLengths lengths_;
  std::int32_t padding_;  // id of the padding token, -1 without one
};

/// "No answer" as the windows give it: the least of theirs.
[[nodiscard]] float null_score(const std::vector<WindowSpans>& windows);

}  // namespace albert::tasks
