// The model of a task, loaded as its pipeline loads it.
#include <array>

#include "albert/evaluation.h"
#include "base/check.h"
#include "tasks/loading.h"

namespace albert {
namespace {

struct TaskKind {
  std::string_view task;
  std::string_view head;  ///< the pipeline whose head it is
  ModelClass model_class;
  std::vector<std::string_view> needed;
};

const TaskKind* find_task(std::string_view task) {
  static const std::array<TaskKind, 7> kinds{{
      {"text-classification", "text-classification", ModelClass::sequence_classification, {"classifier", "pooler"}},
      {"token-classification", "token-classification", ModelClass::token_classification, {"classifier"}},
      {"question-answering", "question-answering", ModelClass::question_answering, {"qa_outputs"}},
      {"multiple-choice", "multiple-choice", ModelClass::multiple_choice, {"classifier", "pooler"}},
      {"masked-language-modelling", "fill-mask", ModelClass::masked_lm, {"predictions"}},
      {"sentence-order", "sentence-order", ModelClass::pre_training, {"sop_classifier", "pooler"}},
      {"fill-mask", "fill-mask", ModelClass::masked_lm, {"predictions"}},
  }};
  for (const TaskKind& kind : kinds)
    if (kind.task == task) return &kind;
  return nullptr;
}

}  // namespace

std::span<const std::string_view> evaluation_tasks() {
  static constexpr std::array<std::string_view, 7> kTasks{
      "text-classification",       "token-classification", "question-answering", "multiple-choice",
      "masked-language-modelling", "sentence-order",       "fill-mask"};
  return kTasks;
}

TaskModel load_task_model(std::string_view task, const std::string& path, const PipelineOptions& options) {
  const TaskKind* kind = find_task(task);
  require(kind != nullptr, ErrorCode::key, "'{}' is no task that is evaluated", task);
  auto loaded = tasks::load(path, kind->head, kind->model_class, kind->needed, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer)};
}

}  // namespace albert
