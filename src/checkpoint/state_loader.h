// From the tensors of a checkpoint to the values of a model's rows, with the report of what was found.
#pragma once

#include <string>
#include <vector>

#include "albert/model.h"
#include "checkpoint/checkpoint_files.h"
#include "model/parameters.h"

namespace albert {

struct StateRequest {
  const AlbertConfig& config;
  ModelClass model_class = ModelClass::model;
  Flavor flavor = Flavor::pytorch;
  bool add_pooling_layer = true;
  bool ignore_mismatched_sizes = false;
  std::uint64_t seed = 0;
  std::string path;  ///< for the messages
};

/// A value for every row, in float32: the file's, or a new one for a row that it lacks. `info`
/// receives the report. Error{value} that lists every tensor of another shape.
[[nodiscard]] Parameters load_state(const Checkpoint& checkpoint, const StateRequest& request, LoadingInfo& info);

}  // namespace albert
