// multiple-choice: which of several texts goes with a text (pairs as in the reference's guide).
#include "tasks/choices.h"
#include "tasks/loading.h"
#include "tasks/run_task.h"
#include "tasks/scores.h"

namespace albert {
namespace {

using tasks::RowOutput;

class MultipleChoiceTask {
 public:
  using Input = MultipleChoiceInput;
  using Result = MultipleChoicePipeline::Result;
  struct Prepared {
    std::vector<Encoding> rows;  // one a choice
  };
  using Read = float;

  explicit MultipleChoiceTask(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  Prepared prepare(const Input& input) const { return {tasks::encode_choices(tokenizer_, input)}; }

  Read read(const Prepared&, std::size_t, const RowOutput& output) const { return output.values("logits")[0]; }

  Result finish(const Input& input, const Prepared&, std::vector<Read> logits) const {
    const std::vector<float> scores = tasks::softmax(logits);
    Result result;
    for (const std::size_t i : tasks::sorted_descending(scores, scores.size()))
      result.push_back({static_cast<std::int64_t>(i), input.choices[i], scores[i]});
    return result;
  }

 private:
  const Tokenizer& tokenizer_;
};

}  // namespace

MultipleChoicePipeline::MultipleChoicePipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : Pipeline(std::move(model), std::move(tokenizer), std::move(options)) {
  tasks::require_class(*model_, ModelClass::multiple_choice, "multiple-choice");
}

MultipleChoicePipeline MultipleChoicePipeline::from_pretrained(const std::string& path, PipelineOptions options) {
  auto loaded = tasks::load(path, "multiple-choice", ModelClass::multiple_choice, {"classifier", "pooler"}, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer), std::move(options)};
}

std::vector<std::string> MultipleChoicePipeline::check(const Options&) const { return {}; }

MultipleChoicePipeline::Result MultipleChoicePipeline::operator()(const Input& input, const Options&) const {
  return tasks::run_one(MultipleChoiceTask(*tokenizer_), *model_, input, options_.padding);
}

std::vector<Outcome<MultipleChoicePipeline::Result>> MultipleChoicePipeline::run(std::span<const Input> inputs, const Options&) const {
  return tasks::run_task(MultipleChoiceTask(*tokenizer_), *model_, inputs, options_.batch_tokens, options_.padding);
}

Json MultipleChoicePipeline::to_json(const Result& result, const Options&) {
  Json::Array choices;
  for (const ChoiceScore& choice : result)
    choices.push_back(Json::Object{{"choice", choice.choice}, {"text", choice.text}, {"score", choice.score}});
  return choices;
}

}  // namespace albert
