// The options of a run: checked, and written into its checkpoints so that a run is not resumed with others.
#pragma once

#include <string>

#include "albert/json.h"
#include "albert/trainer.h"

namespace albert {

/// Error{value} for options that no run can use.
void check_training_options(const TrainingOptions& options);

/// The options that decide what a run computes.
[[nodiscard]] Json to_json(const TrainingOptions& options);

/// Error{value} naming the first option in which `saved` (of `path`) and `now` differ.
void check_same_options(const Json& saved, const Json& now, const std::string& path);

}  // namespace albert
