#pragma once

#include "model/pass.h"

namespace albert {

/// h [m, H] = LayerNorm(h + dropout(dense(softmax(q k^T / sqrt(d) + mask + relative terms) v))), in place.
/// `layer` counts the blocks that run (i * J + j), `weights` are those of its group and inner layer.
/// probabilities [B, A', S, S], when not null, is the padded output; what is not written must be zero.
template <class T>
void attention(const Block<T>& block, std::int64_t layer, const PreparedBlock<T>& weights, const T* head_mask, T* h, T* probabilities);

/// Elements of scratch that one token needs in `attention`.
template <class T>
[[nodiscard]] std::int64_t attention_scratch(std::int64_t width) {
  return backend::scratch_stride<T>(3 * width) + backend::scratch_stride<T>(width);
}

}  // namespace albert
