#include "backend/cpu/packed_linear.h"

#include <algorithm>
#include <utility>

namespace albert::backend::cpu {

PanelLinear::PanelLinear(std::span<const LinearWeights<float>> parts, std::int64_t in_width, std::int64_t panel_width, Direction direction)
    : panel(panel_width), direction_(direction) {
  in = in_width;
  for (const auto& part : parts) out += part.out;
  if (direction == Direction::backward) std::swap(in, out);
  weights_.reserve(std::max<std::int64_t>(1, panels() * in * panel));
  if (direction == Direction::forward) bias_.reserve(std::max<std::int64_t>(1, panels() * panel));
}

void PanelLinear::fill(std::span<const LinearWeights<float>> parts, std::int64_t index) {
  direction_ == Direction::forward ? fill_forward(parts, index) : fill_backward(parts, index);
}

// Rows of W become rows of the panel.
void PanelLinear::fill_backward(std::span<const LinearWeights<float>> parts, std::int64_t index) {
  const std::int64_t first = index * panel, count = std::min(panel, out - first);
  float* to = weights_.data() + index * in * panel;
  for (const auto& part : parts)
    for (std::int64_t row = 0; row < part.out; ++row, to += panel) {
      std::copy_n(part.weight + row * out + first, count, to);
      std::fill(to + count, to + panel, 0.0F);
    }
}

void PanelLinear::fill_forward(std::span<const LinearWeights<float>> parts, std::int64_t index) {
  constexpr std::int64_t kBlock = 16;  // of the depth: its lines of the panel stay in L1 while columns are written
  float* const to = weights_.data() + index * in * panel;
  float* const bias_to = bias_.data() + index * panel;
  const float* rows[64] = {};
  for (std::int64_t column = 0; column < panel; ++column) {
    std::int64_t row = index * panel + column;
    bias_to[column] = 0;
    for (const auto& part : parts) {
      if (row < part.out) {
        rows[column] = part.weight + row * in;
        if (part.bias) bias_to[column] = part.bias[row];
        break;
      }
      row -= part.out;
    }
  }
  for (std::int64_t k0 = 0; k0 < in; k0 += kBlock) {
    const std::int64_t k1 = std::min(in, k0 + kBlock);
    for (std::int64_t column = 0; column < panel; ++column) {
      const float* from = rows[column];
      for (std::int64_t k = k0; k < k1; ++k) to[k * panel + column] = from ? from[k] : 0.0F;
    }
  }
}

}  // namespace albert::backend::cpu
