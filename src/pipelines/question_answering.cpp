// question-answering: the span of a context that answers a question (the reference's QuestionAnsweringPipeline).
#include "tasks/loading.h"
#include "tasks/question_answering_task.h"
#include "tasks/run_task.h"

namespace albert {

using tasks::QuestionAnsweringTask;

QuestionAnsweringPipeline::QuestionAnsweringPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : Pipeline(std::move(model), std::move(tokenizer), std::move(options)) {
  tasks::require_class(*model_, ModelClass::question_answering, "question-answering");
}

QuestionAnsweringPipeline QuestionAnsweringPipeline::from_pretrained(const std::string& path, PipelineOptions options) {
  auto loaded = tasks::load(path, "question-answering", ModelClass::question_answering, {"qa_outputs"}, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer), std::move(options)};
}

std::vector<std::string> QuestionAnsweringPipeline::check(const Options& options) const {
  QuestionAnsweringTask::check(*tokenizer_, options);
  return {};
}

QuestionAnsweringPipeline::Result QuestionAnsweringPipeline::operator()(const Input& input, const Options& options) const {
  return tasks::run_one(QuestionAnsweringTask(*tokenizer_, options), *model_, input, options_.padding);
}

std::vector<Outcome<QuestionAnsweringPipeline::Result>> QuestionAnsweringPipeline::run(std::span<const Input> inputs,
                                                                                       const Options& options) const {
  return tasks::run_task(QuestionAnsweringTask(*tokenizer_, options), *model_, inputs, options_.batch_tokens, options_.padding);
}

Json QuestionAnsweringPipeline::to_json(const Result& result, const Options&) {
  Json::Array answers;
  for (const Answer& answer : result)
    answers.push_back(Json::Object{{"score", answer.score}, {"start", answer.start}, {"end", answer.end}, {"answer", answer.answer}});
  if (answers.size() == 1) return std::move(answers.front());
  return answers;
}

}  // namespace albert
