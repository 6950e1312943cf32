#pragma once

#include "model/pass.h"

namespace albert {

/// h [m, H] = mapping(dropout(LayerNorm(word + segment + position)))
template <class T>
void embed(const Block<T>& block, T* h);

}  // namespace albert
