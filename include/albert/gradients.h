// Derivatives of a model's outputs with respect to its parameters and to inputs_embeds.
//
// A recording is a forward pass that can be differentiated: output() is what forward() gives, bit
// for bit, and backward() adds to Gradients. Recordings are independent of each other and of the
// model, which may be changed or destroyed; models stay const and may record on many threads.
//
//   albert::Gradients gradients(model.parameters());
//   auto recording = model.record(inputs);
//   recording.backward(gradients);                                // of the loss
//   recording.backward(gradients, {{"logits", cotangent}});       // of the sum of logits * cotangent
//   gradients.at("albert.pooler.weight");                         // [H, H], the sum of both
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "albert/export.h"
#include "albert/model.h"
#include "albert/tensor.h"

namespace ALBERT_API albert {

/// Sums of gradients, one a parameter, in one slab that starts as zeros. A tied parameter has one
/// under its own name (names as in Parameters::names); its other name finds it too.
class Gradients {
 public:
  struct Impl;
  /// `dtype` is that of the device that computes: float32, or float64 with "ref".
  explicit Gradients(const Parameters& parameters, DType dtype = DType::f32);
  /// Parameters that some backward() has reached, in state-dict order. What the differentiated
  /// outputs do not depend on is not among them (the reference's `grad is None`).
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool contains(std::string_view name) const;
  /// The gradient of a parameter, sharing the slab's storage: writable, and seen by later calls.
  /// Error{key} for one that was not reached.
  [[nodiscard]] Tensor at(std::string_view name) const;
  /// The gradient of inputs_embeds, in its shape, from the last backward() whose inputs had them.
  [[nodiscard]] const std::optional<Tensor>& inputs_embeds() const noexcept;
  /// Everything that was reached becomes zero and counts as not reached.
  void clear();
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<Impl> impl_;
};

/// What a recording keeps of the blocks that run: all that their backward needs, or their inputs
/// alone, from which it runs each block again. Both give the same bits.
enum class Activations {
  automatic,  ///< keep, unless that would take more than half of the memory that is available
  keep,
  recompute,
};

struct RecordOptions {
  ForwardOptions forward{};
  Activations activations = Activations::automatic;
};

/// The working memory of a recording and of one backward pass over it, beside weights, outputs and gradients.
struct RecordingPlan {
  Activations activations = Activations::keep;  ///< what was chosen
  std::uint64_t keep_bytes = 0;
  std::uint64_t recompute_bytes = 0;
  [[nodiscard]] std::uint64_t bytes() const noexcept { return activations == Activations::keep ? keep_bytes : recompute_bytes; }
};

/// Tensors in the shapes of output fields, by their names: "loss", "logits", "hidden_states.3", "attentions.0".
using Cotangents = std::vector<std::pair<std::string, Tensor>>;

class Recording {
 public:
  struct Impl;
  explicit Recording(std::shared_ptr<Impl> impl);
  [[nodiscard]] const ModelOutput& output() const noexcept;
  [[nodiscard]] const RecordingPlan& plan() const noexcept;
  /// Adds the gradients of sum(field * cotangent) over all fields that are given; without any, those
  /// of the loss (of the sum of its elements). May be called again; calls from several threads take
  /// turns. Error{key} for a field that the output does not have, Error{value} for another shape or
  /// gradients of another model, Error{type} for gradients of another type than the device computes in.
  void backward(Gradients& gradients, const Cotangents& cotangents = {}) const;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace ALBERT_API albert
