#pragma once

#include <vector>

#include "model/backward_pass.h"

namespace albert {

template <class T>
struct EncoderOutput {
  T* sequence = nullptr;          ///< [M, H], one row a token
  std::vector<T*> hidden_states;  ///< N + 1 padded [B, S, H], or none; dropped rows are left alone
  std::vector<T*> attentions;     ///< N * J padded [B, A', S, S], or none
};

/// Embeddings, mapping and all layers. Blocks of whole sequences go through everything by
/// themselves, so no thread waits for another between layers; with a tape, whose last input must then
/// be output.sequence, the batch is one block. Error{index|value} for the configurations and head
/// masks whose routing the reference refuses when it runs.
template <class T>
void encode(const Pass<T>& pass, const EncoderOutput<T>& output, const Tape<T>* tape = nullptr);

/// From dh [M, H], the gradient of the encoder's result, and the cotangents of hidden states and attentions to the
/// parameters and inputs_embeds. `reached` is false when the head gave dh nothing (then it is zeros). dh is overwritten.
template <class T>
void encode_backward(const BackwardPass<T>& backward, T* dh, bool reached);

/// Room for a tape of the blocks that run. `arena` is an Arena or an ArenaSize.
template <class T, class A>
[[nodiscard]] Tape<T> take_tape(const Pass<T>& pass, bool recompute, A& arena);

/// Room that encode_backward takes from the arena of the backward pass, dh apart.
template <class T>
[[nodiscard]] std::int64_t backward_scratch(const Pass<T>& pass);

}  // namespace albert
