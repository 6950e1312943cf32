#pragma once

#include "model/backward_pass.h"

namespace albert {

/// One application of a block's attention.
template <class T>
struct AttentionStep {
  std::int64_t layer;  ///< counts the blocks that run, i * J + j
  const PreparedBlock<T>& weights;
  const T* head_mask;  ///< its row of the head mask, or null
};

/// tape.attended [m, H] = LayerNorm(h + dropout(dense(softmax(q k^T / sqrt(d) + mask + relative terms) v))); it may be h.
/// probabilities [B, A', S, S], when not null, is the padded output; what is not written must be zero.
template <class T>
void attention(const Block<T>& block, const AttentionStep<T>& step, const T* h, const BlockTape<T>& tape, T* probabilities);

/// dh [m, H], the gradient of `attended`, becomes that of h. `dprobabilities` is the cotangent of the padded output, or
/// null. `scratch` holds m (H + attention_scratch) elements.
template <class T>
void attention_backward(const Block<T>& block, const AttentionStep<T>& step, const T* h, const BlockTape<T>& tape, const T* dprobabilities,
                        const BackwardPass<T>& backward, T* scratch, T* dh);

/// The same when nothing but the probabilities has a cotangent: dh is written.
template <class T>
void probabilities_backward(const Block<T>& block, const AttentionStep<T>& step, const T* h, const BlockTape<T>& tape,
                            const T* dprobabilities, const BackwardPass<T>& backward, T* scratch, T* dh);

/// Elements that query, key, value and context of one token take.
template <class T>
[[nodiscard]] std::int64_t attention_scratch(std::int64_t width) {
  return backend::scratch_stride<T>(3 * width) + backend::scratch_stride<T>(width);
}

}  // namespace albert
