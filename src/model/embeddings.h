#pragma once

#include "model/backward_pass.h"

namespace albert {

/// embedded [m, E] = dropout(LayerNorm(word + segment + position)), h [m, H] = mapping(embedded)
template <class T>
void embed(const Block<T>& block, T* embedded, T* h);

/// From dh [m, H] to the tables, or to inputs_embeds. `scratch` holds 2 m E elements.
template <class T>
void embed_backward(const Block<T>& block, const BackwardPass<T>& backward, const T* dh, T* scratch);

}  // namespace albert
