#pragma once

#include "model/backward_pass.h"

namespace albert {

/// h [m, H] = LayerNorm(a + ffn_output(act(ffn(a)))) of a = tape.attended, which may be h. Chunking changes no number,
/// since every row is computed by itself; only its check of S remains (encoder.cpp).
template <class T>
void feed_forward(const Block<T>& block, std::int64_t layer, const PreparedBlock<T>& weights, const BlockTape<T>& tape, T* h);

/// dh [m, H] becomes the gradient of tape.attended. `scratch` holds m (H + stride of I) elements.
template <class T>
void feed_forward_backward(const Block<T>& block, std::int64_t layer, const PreparedBlock<T>& weights, const BlockTape<T>& tape,
                           const BackwardPass<T>& backward, T* scratch, T* dh);

}  // namespace albert
