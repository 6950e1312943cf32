#pragma once

#include <mutex>

#include "albert/gradients.h"
#include "model/forward.h"

namespace albert {

/// A forward pass, all that its backward needs, and all that both point to.
struct Recording::Impl {
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;
  virtual void backward(Gradients::Impl& gradients, const Cotangents& cotangents) = 0;

  ModelOutput output;
  RecordingPlan plan;
  std::mutex mutex;  ///< one backward at a time: a block that is run again uses the tape
};

/// The workspaces of a model's recordings, used again from one to the next.
using RecordingPool = Pool<Workspace>;

/// Error{resource} when the plan exceeds the memory that is available.
[[nodiscard]] std::shared_ptr<Recording::Impl> run_recorded(const Architecture& architecture, const Parameters& parameters,
                                                            const std::shared_ptr<const Device>& device,
                                                            const std::shared_ptr<RecordingPool>& pool, const ModelInputs& inputs,
                                                            const ForwardSettings& settings, Activations activations);

/// The plan alone.
[[nodiscard]] RecordingPlan plan_recorded(const Architecture& architecture, const Parameters& parameters,
                                          const std::shared_ptr<const Device>& device, const std::shared_ptr<RecordingPool>& pool,
                                          const ModelInputs& inputs, const ForwardSettings& settings, Activations activations);

}  // namespace albert
