// What `albert train` makes of its files for each task: a model to start from, batches, an evaluator.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "albert/fine_tuning.h"
#include "common.h"

namespace cli {

/// The options of `albert train` that the tasks read.
struct TrainSettings {
  std::string task;
  ModelOptions model;
  std::optional<std::string> config, tokenizer;
  albert::DataOptions train, dev;  ///< dev.files empty: nothing is evaluated
  std::optional<std::string> problem_type, labels, metric, embedding_loss;
  std::string pooling = "mean";
  std::int64_t max_length = 0, doc_stride = 128, block_size = 128;
  double mlm_probability = 0.15, scale = 20;
};

/// One run, with what depends on its seed.
struct TrainTask {
  albert::StartedModel start;
  std::shared_ptr<albert::TrainingData> data;
  std::shared_ptr<albert::Evaluator> evaluator;  ///< null without --dev
};

/// The tasks that can be trained.
[[nodiscard]] const std::vector<std::string>& training_tasks();

/// Reads the files, once; the function makes a run for a seed. Failure{usage|missing|bad_data}.
[[nodiscard]] std::function<TrainTask(std::uint64_t seed)> make_train_task(const TrainSettings& settings,
                                                                           const std::shared_ptr<const albert::Tokenizer>& tokenizer,
                                                                           const std::shared_ptr<const albert::Device>& device);

}  // namespace cli
