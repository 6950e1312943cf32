// Metrics for people, and the confusion matrix as JSON.
#pragma once

#include <string>

#include "albert/evaluation.h"
#include "terminal.h"

namespace cli {

/// A line a metric; by_label, by_type and confusion_matrix as tables below.
[[nodiscard]] std::string metrics_table(const albert::Json& metrics, const Style& style);

/// {"labels": [...], "counts": [[...], ...]}: a row a truth, a column a prediction; only classes that occur. null for tasks without
/// classes.
[[nodiscard]] albert::Json confusion_matrix(const albert::Evaluation& result);

}  // namespace cli
