// Weights in GEMM panels.
#pragma once

#include <span>

#include "backend/backend.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/memory.h"

namespace albert::backend::cpu {

/// For x W^T of weights W [out, in], or, backward, for dy W: then `in` and `out` change places.
class PanelLinear final : public PackedLinear {
 public:
  enum class Direction { forward, backward };
  /// Room for the stacked parts; fill() each panel before use.
  PanelLinear(std::span<const LinearWeights<float>> parts, std::int64_t in_width, std::int64_t panel_width, Direction direction);

  [[nodiscard]] std::int64_t panels() const { return (out + panel - 1) / panel; }
  /// Panel `index` from the rows of the parts: [in][panel], with zeros beyond `out`.
  void fill(std::span<const LinearWeights<float>> parts, std::int64_t index);

  [[nodiscard]] const float* weights(std::int64_t index) const { return weights_.data() + index * in * panel; }
  [[nodiscard]] const float* bias(std::int64_t index) const { return bias_.data() + index * panel; }

  const std::int64_t panel;

 private:
  void fill_forward(std::span<const LinearWeights<float>> parts, std::int64_t index);
  void fill_backward(std::span<const LinearWeights<float>> parts, std::int64_t index);

  const Direction direction_;
  Buffer weights_;  // [panels][in][panel]
  Buffer bias_;     // [panels][panel]
};

}  // namespace albert::backend::cpu
