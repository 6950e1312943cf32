#pragma once

#include "model/pass.h"

namespace albert {

/// h [m, H] = LayerNorm(h + ffn_output(act(ffn(h)))), in place. Chunking changes no number, since
/// every row is computed by itself; only its check of S remains (encoder.cpp).
template <class T>
void feed_forward(const Block<T>& block, std::int64_t layer, const PreparedBlock<T>& weights, T* h);

}  // namespace albert
