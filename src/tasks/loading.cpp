#include "tasks/loading.h"

#include <algorithm>

#include "base/check.h"
#include "base/file.h"

namespace albert::tasks {
namespace {

/// The folder's own head for a task; one without a head for zero-shot classification lends that of text-classification.
std::string head_for(const std::string& path, std::string_view task) {
  if (task != "zero-shot-classification") return std::string(task);
  const auto tasks = model_tasks(path);
  const auto has = [&](std::string_view name) { return std::find(tasks.begin(), tasks.end(), name) != tasks.end(); };
  return !has(task) && has("text-classification") ? "text-classification" : std::string(task);
}

/// A weight file has its tokenizer beside it.
std::string tokenizer_place(const std::string& path) {
  if (!is_file(path)) return path;
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

}  // namespace

Loaded load(const std::string& path, std::string_view task, ModelClass model_class, std::span<const std::string_view> needed,
            const PipelineOptions& options) {
  LoadingInfo info;
  LoadOptions load_options;
  load_options.device = options.device;
  load_options.flavor = options.flavor;
  load_options.config_overrides = options.config_overrides;
  load_options.task = head_for(path, task);
  load_options.info = &info;
  Loaded loaded;
  loaded.model = std::make_shared<AlbertPreTrainedModel>(AlbertPreTrainedModel::from_pretrained(model_class, path, load_options));
  for (const std::string& name : info.missing_keys) {
    const bool used =
        std::any_of(needed.begin(), needed.end(), [&](std::string_view part) { return name.find(part) != std::string::npos; });
    require(!used, ErrorCode::bad_data, "{} has no weights for {}: '{}' is missing (train a head for it, or choose a model that has one)",
            path, task, name);
  }
  loaded.tokenizer = Tokenizer::from_pretrained(tokenizer_place(path), options.use_fast, options.tokenizer_overrides);
  return loaded;
}

void require_class(const AlbertPreTrainedModel& model, ModelClass expected, std::string_view task) {
  require(model.model_class() == expected, ErrorCode::type, "{} needs a model of class {}: got {}", task, to_string(expected),
          to_string(model.model_class()));
}

Json label_to_json(const LabelScore& label) { return Json::Object{{"label", label.label}, {"score", label.score}}; }

}  // namespace albert::tasks
