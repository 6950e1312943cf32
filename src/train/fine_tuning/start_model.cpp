// The model that fine-tuning starts from: an encoder with the head that the data ask for.
#include <algorithm>
#include <map>

#include "albert/fine_tuning.h"
#include "base/check.h"

namespace albert {
namespace {

/// The parts that belong to one task, and not to the encoder or to pre-training.
bool is_head(const std::string& name) { return name.starts_with("classifier.") || name.starts_with("qa_outputs."); }

std::vector<std::string> labels_of(const AlbertConfig& config) {
  std::vector<std::string> labels;
  labels.reserve(static_cast<std::size_t>(config.num_labels()));
  for (std::int64_t i = 0; i < config.num_labels(); ++i) labels.push_back(config.label(i));
  return labels;
}

/// Answers have a start and an end, whatever the labels of the folder are.
std::vector<std::string> labels_for(ModelClass model_class, const AlbertConfig& config, const StartOptions& options) {
  if (options.labels.empty() && model_class == ModelClass::question_answering && config.num_labels() != 2) return {"LABEL_0", "LABEL_1"};
  return options.labels;
}

AlbertConfig with_options(AlbertConfig config, ModelClass model_class, const StartOptions& options) {
  if (const auto labels = labels_for(model_class, config, options); !labels.empty()) {
    std::map<std::int64_t, std::string> id2label;
    Json::Object label2id;
    for (const std::string& label : labels) {
      const auto id = static_cast<std::int64_t>(id2label.size());
      id2label.emplace(id, label);
      label2id.emplace_back(label, id);
    }
    config.set_id2label(id2label);
    config.set("label2id", std::move(label2id));
  }
  if (!options.problem_type.empty()) config.set("problem_type", options.problem_type);
  if (!options.finetuning_task.empty()) config.set("finetuning_task", options.finetuning_task);
  return config;
}

/// Whether the folder was saved from that class.
bool saved_as(const AlbertConfig& config, ModelClass model_class) {
  if (!config.has("architectures")) return false;
  const Json names = config.get("architectures");
  return names.is_array() && std::any_of(names.as_array().begin(), names.as_array().end(),
                                         [&](const Json& name) { return name.is_string() && name.as_string() == to_string(model_class); });
}

AlbertPreTrainedModel load(ModelClass model_class, const std::string& path, const StartOptions& options, const std::string& task,
                           LoadingInfo& info) {
  auto model = AlbertPreTrainedModel::from_pretrained(
      model_class, path, {.device = options.device, .ignore_mismatched_sizes = true, .seed = options.seed, .info = &info, .task = task});
  for (const auto& mismatch : info.mismatched_keys)
    require(is_head(mismatch.name), ErrorCode::value, "{}: '{}' is {}, the configuration says {}: the checkpoint of another configuration",
            path, mismatch.name, to_string(mismatch.file_shape), to_string(mismatch.model_shape));
  return model;
}

}  // namespace

StartedModel start_model(ModelClass model_class, const std::string& path, const StartOptions& options) {
  const auto tasks = model_tasks(path);
  const bool own_head = std::find(tasks.begin(), tasks.end(), options.task) != tasks.end();
  LoadingInfo info;
  auto model = load(model_class, path, options, own_head ? options.task : "", info);
  const auto labels = labels_for(model_class, model.config(), options);
  const bool same_labels = labels.empty() || labels_of(model.config()) == labels;
  const bool keep_head = same_labels && saved_as(model.config(), model_class);
  if (own_head && !keep_head) model = load(model_class, path, options, "", info = {});

  std::vector<std::string> fresh(info.missing_keys.begin(), info.missing_keys.end());
  for (const auto& mismatch : info.mismatched_keys) fresh.push_back(mismatch.name);
  const AlbertPreTrainedModel::BuildOptions build{.device = options.device, .seed = options.seed};
  AlbertPreTrainedModel started(model_class, with_options(model.config(), model_class, options), build);
  std::vector<std::pair<std::string, Tensor>> kept;
  StartedModel result{started, {}};
  for (const std::string& name : started.parameters().names()) {
    const bool is_new = std::find(fresh.begin(), fresh.end(), name) != fresh.end() || (is_head(name) && !keep_head);
    if (is_new) {
      result.new_parameters.push_back(name);
    } else {
      kept.emplace_back(name, model.parameters().at(name));
    }
  }
  result.model = AlbertPreTrainedModel(model_class, started.config(), started.parameters().with(kept), build);
  return result;
}

StartedModel start_model(ModelClass model_class, AlbertConfig config, const StartOptions& options) {
  const AlbertPreTrainedModel model(model_class, with_options(std::move(config), model_class, options),
                                    {.device = options.device, .seed = options.seed});
  return {model, model.parameters().names()};
}

}  // namespace albert
