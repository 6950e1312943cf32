#pragma once

#include "model/architecture.h"
#include "model/heads/heads.h"
#include "model/parameters.h"

namespace albert {

/// A call with every default filled in.
struct ForwardSettings {
  bool output_attentions = false;
  bool output_hidden_states = false;
  bool train = false;
  bool legacy_loss = false;
  Padding padding = Padding::exact;
  std::uint64_t dropout_seed = 0;
  ProblemType problem = ProblemType::none;
};

/// One forward pass of a class at the precision of the device.
[[nodiscard]] ModelOutput run_forward(const Architecture& architecture, const Parameters& parameters,
                                      const std::shared_ptr<const Device>& device, const ModelInputs& inputs,
                                      const ForwardSettings& settings);

}  // namespace albert
