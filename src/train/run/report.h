// What a run leaves for people to read: a report to look at and a model card.
#pragma once

#include <optional>
#include <string>

#include "albert/trainer.h"

namespace albert {

/// Everything that is told of a run.
struct RunSummary {
  RunDescription description;
  Json options;         ///< of the training
  Json::Array entries;  ///< of the log
  Figures best, last;
  std::optional<std::int64_t> best_step;
  std::int64_t step = 0, total_steps = 0, rollbacks = 0;
  EvaluationDetails details;
};

/// One HTML page without references to anything outside: curves, figures, confusion matrix, worst mistakes.
[[nodiscard]] std::string report_page(const RunSummary& summary);

/// README.md as model hubs read it: a YAML header with the metrics (model-index), then text.
[[nodiscard]] std::string model_card(const RunSummary& summary);

}  // namespace albert
