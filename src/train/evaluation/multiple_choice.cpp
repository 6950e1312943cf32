// Which of several choices goes with a text.
#include "tasks/choices.h"
#include "tasks/loading.h"
#include "tasks/scores.h"
#include "train/evaluation/run.h"

namespace albert {
namespace {

using tasks::RowOutput;

class ChoicesTask {
 public:
  using Input = const ChoiceExample*;
  using Result = std::vector<float>;  // a logit a choice
  struct Prepared {
    std::vector<Encoding> rows;
  };
  using Read = float;

  ChoicesTask(const Tokenizer& tokenizer, std::int64_t most) : tokenizer_(tokenizer), most_(most) {}
  Prepared prepare(const Input& example) const { return {tasks::encode_choices(tokenizer_, example->input, most_)}; }
  static Read read(const Prepared&, std::size_t, const RowOutput& output) { return output.values("logits")[0]; }
  static Result finish(const Input&, const Prepared&, std::vector<Read> logits) { return logits; }

 private:
  const Tokenizer& tokenizer_;
  std::int64_t most_;
};

}  // namespace

Evaluation evaluate_multiple_choice(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const ChoiceData& data,
                                    const EvaluationOptions& options) {
  tasks::require_class(model, ModelClass::multiple_choice, "multiple-choice");
  Evaluation result;
  evaluation::LossMean loss(options.batch_size);
  std::int64_t right = 0;
  const ChoicesTask task(tokenizer, evaluation::most_tokens(model, tokenizer, options.max_length));
  evaluation::for_each_result(
      task, model, data.examples.size(), options, options.batch_tokens, [&](std::size_t i) { return &data.examples[i]; },
      [&](std::size_t i) { return data.places.name(data.examples[i].place); },
      [&](std::size_t i, const std::vector<float>& logits) {
        const std::int32_t label = data.examples[i].label;
        loss.add(evaluation::cross_entropy(logits, label), 1);
        const auto best = static_cast<std::int32_t>(tasks::arg_max(logits));
        if (best == label) ++right;
        result.pairs.emplace_back(label, best);
        if (options.keep_predictions)
          result.predictions.emplace_back(
              Json::Object{{"choice", best}, {"score", tasks::softmax(logits)[static_cast<std::size_t>(best)]}});
      });
  const auto count = data.examples.size();
  result.metrics =
      Json::Object{{"loss", loss.value()}, {"accuracy", static_cast<double>(right) / static_cast<double>(count)}, {"examples", count}};
  return result;
}

}  // namespace albert
