// Loading a task's model and tokenizer, and refusing a model that cannot serve the task.
#pragma once

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "albert/pipelines.h"

namespace albert::tasks {

struct Loaded {
  std::shared_ptr<const AlbertPreTrainedModel> model;
  std::shared_ptr<const Tokenizer> tokenizer;
};

/// Loads both from a folder (or the embedded model) for a task such as "fill-mask". A weight that
/// the folder lacks is an Error{bad_data} when its name holds one of `needed` ("classifier", ...);
/// others are not used by the task.
[[nodiscard]] Loaded load(const std::string& path, std::string_view task, ModelClass model_class, std::span<const std::string_view> needed,
                          const PipelineOptions& options);

[[nodiscard]] inline Loaded load(const std::string& path, std::string_view task, ModelClass model_class,
                                 std::initializer_list<std::string_view> needed, const PipelineOptions& options) {
  return load(path, task, model_class, std::span(needed.begin(), needed.size()), options);
}

/// Error{type} unless the model is of that class.
void require_class(const AlbertPreTrainedModel& model, ModelClass expected, std::string_view task);

/// {"label": ..., "score": ...}
[[nodiscard]] Json label_to_json(const LabelScore& label);

}  // namespace albert::tasks
