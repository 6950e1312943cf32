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

/// The inputs of a call, checked and packed into the workspace. Error{value|type|index|key|not_implemented}.
template <class T>
[[nodiscard]] Pass<T> make_pass(const Architecture& architecture, const Prepared<T>& weights, const backend::Backend<T>& backend,
                                const ModelInputs& inputs, const ForwardSettings& settings, Workspace& workspace);

/// Encoder and head. With a tape, from take_tape, all that backward needs goes there.
template <class T>
[[nodiscard]] ModelOutput run_pass(const Pass<T>& pass, const ModelInputs& inputs, const ForwardSettings& settings,
                                   Tape<T>* tape = nullptr);

/// Head and encoder, backward.
template <class T>
void run_pass_backward(const BackwardPass<T>& backward, const ForwardSettings& settings);

/// One forward pass of a class at the precision of the device.
[[nodiscard]] ModelOutput run_forward(const Architecture& architecture, const Parameters& parameters,
                                      const std::shared_ptr<const Device>& device, const ModelInputs& inputs,
                                      const ForwardSettings& settings);

}  // namespace albert
