#pragma once

#include <vector>

#include "model/pass.h"

namespace albert {

template <class T>
struct EncoderOutput {
  T* sequence = nullptr;          ///< [M, H], one row a token
  std::vector<T*> hidden_states;  ///< N + 1 padded [B, S, H], or none; dropped rows are left alone
  std::vector<T*> attentions;     ///< N * J padded [B, A', S, S], or none
};

/// Embeddings, mapping and all layers. Blocks of whole sequences go through everything by
/// themselves, so no thread waits for another between layers. Error{index|value} for the
/// configurations and head masks whose routing the reference refuses when it runs.
template <class T>
void encode(const Pass<T>& pass, const EncoderOutput<T>& output);

}  // namespace albert
