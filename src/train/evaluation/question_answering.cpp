// Answers beside the right ones: SQuAD 1.1 and 2.0.
#include "tasks/label_alignment.h"
#include "tasks/loading.h"
#include "tasks/question_answering_task.h"
#include "tokenizer/python_string.h"
#include "tokenizer/utf8.h"
#include "train/evaluation/run.h"

namespace albert {
namespace {

using tasks::RowOutput;

/// The best answer of all windows, how likely it is that there is none, and the loss of the first window.
struct FoundAnswer {
  std::string text;
  double no_answer = 0;
  double score = 0;
  std::optional<double> loss;
};

/// The pipeline's task, which also looks at where the right answer is.
class AnswerTask {
 public:
  using Input = const QuestionExample*;
  using Result = FoundAnswer;
  struct Prepared {
    std::vector<Encoding> rows;
    QuestionInput input;
    tasks::QuestionAnsweringTask::Prepared inner;  // its rows are moved out
    std::optional<tasks::TokenRange> answer;       // of the first window
  };
  struct Read {
    tasks::WindowSpans spans;
    std::optional<double> loss;
  };

  AnswerTask(const Tokenizer& tokenizer, const QuestionAnsweringOptions& options) : tokenizer_(tokenizer), inner_(tokenizer, options) {}

  Prepared prepare(const Input& example) const {
    Prepared prepared;
    prepared.input = {std::string(python_strip(replace_invalid_utf8(example->question))), *example->context};
    prepared.inner = inner_.prepare(prepared.input);
    prepared.answer = right_answer(*example, prepared.inner.rows.front());
    prepared.rows = prepared.inner.rows;
    return prepared;
  }

  Read read(const Prepared& prepared, std::size_t row, const RowOutput& output) const {
    Read read{inner_.read(prepared.inner, row, output), {}};
    if (row > 0 || !prepared.answer) return read;
    const auto length = static_cast<std::size_t>(output.length());
    const auto starts = output.values("start_logits").first(length), ends = output.values("end_logits").first(length);
    read.loss = (evaluation::cross_entropy(starts, prepared.answer->start) + evaluation::cross_entropy(ends, prepared.answer->end)) / 2;
    return read;
  }

  Result finish(const Input&, const Prepared& prepared, std::vector<Read> read) const {
    Result result;
    result.loss = read.front().loss;
    std::vector<tasks::WindowSpans> windows;
    windows.reserve(read.size());
    for (Read& one : read) windows.push_back(std::move(one.spans));
    const double none = tasks::null_score(windows);
    const auto answers = inner_.finish(prepared.input, prepared.inner, windows);
    if (!answers.empty()) {
      result.text = answers.front().answer;
      result.score = answers.front().score;
    }
    result.no_answer = none + result.score > 0 ? none / (none + result.score) : 1;
    return result;
  }

 private:
  /// Where the first answer stands in the first window; null when the data do not say.
  std::optional<tasks::TokenRange> right_answer(const QuestionExample& example, const Encoding& window) const {
    if (!tokenizer_.is_fast()) return {};
    if (example.answers.empty()) return tasks::TokenRange{};
    if (example.answer_starts.empty()) return {};
    const std::int64_t start = example.answer_starts.front();
    const auto length = static_cast<std::int64_t>(to_utf32(example.answers.front()).size());
    return tasks::answer_tokens(window, tokenizer_.padding_side() == Side::right ? 1 : 0, start, start + length);
  }

  const Tokenizer& tokenizer_;
  tasks::QuestionAnsweringTask inner_;
};

}  // namespace

Evaluation evaluate_question_answering(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const QuestionData& data,
                                       const EvaluationOptions& options) {
  tasks::require_class(model, ModelClass::question_answering, "question-answering");
  QuestionAnsweringOptions task_options = options.question_answering;
  task_options.top_k = 1;
  task_options.handle_impossible_answer = false;
  const std::int64_t most = evaluation::most_tokens(model, tokenizer, 0);
  if (!task_options.max_seq_len) task_options.max_seq_len = std::min<std::int64_t>(most, 384);
  Evaluation result;
  evaluation::LossMean loss(options.batch_size);
  AnswerTexts answers;
  NoAnswerProbabilities no_answer;
  const AnswerTask task(tokenizer, task_options);
  evaluation::for_each_result(
      task, model, data.examples.size(), options, options.batch_tokens, [&](std::size_t i) { return &data.examples[i]; },
      [&](std::size_t i) { return "question " + data.examples[i].id; },
      [&](std::size_t i, FoundAnswer found) {
        if (found.loss) loss.add(*found.loss, 1);
        const std::string& id = data.examples[i].id;
        const bool none = data.may_be_unanswerable && found.no_answer > options.no_answer_threshold;
        if (options.keep_predictions)
          result.predictions.emplace_back(Json::Object{
              {"id", id}, {"prediction_text", none ? "" : found.text}, {"score", found.score}, {"no_answer_probability", found.no_answer}});
        no_answer.emplace_back(id, found.no_answer);
        answers.emplace(id, std::move(found.text));
      });
  result.metrics = Json::Object{};
  if (loss.any()) result.metrics.set("loss", loss.value());
  const Json metrics = answer_metrics(data, answers, data.may_be_unanswerable, no_answer, options.no_answer_threshold, &result.warnings);
  for (const auto& [name, value] : metrics.as_object()) result.metrics.set(name, value);
  return result;
}

}  // namespace albert
