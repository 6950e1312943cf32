#pragma once

#include "model/backward_pass.h"

namespace albert {

/// pooled [B, H] = tanh(W x + b) of the first token x of each sequence; in the arena of the pass.
template <class T>
[[nodiscard]] T* pool(const Pass<T>& pass, const T* sequence, HeadTape<T>* tape);

/// dsequence [M, H] += the gradient that dpooled [B, H] gives; dpooled is overwritten.
template <class T>
void pool_backward(const BackwardPass<T>& backward, T* dpooled, T* dsequence);

}  // namespace albert
