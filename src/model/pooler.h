#pragma once

#include "model/pass.h"

namespace albert {

/// pooled [B, H] = tanh(W x + b) of the first token x of each sequence; in the arena of the pass.
template <class T>
[[nodiscard]] T* pool(const Pass<T>& pass, const T* sequence);

}  // namespace albert
