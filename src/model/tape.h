// What a forward pass leaves behind for its backward.
//
// All of it is taken from an arena before the pass begins, so its size is known beforehand: the same
// text takes it from an Arena or counts it with an ArenaSize.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "model/pass.h"

namespace albert {

/// Where one application of a block to m tokens puts its numbers. Without a backward all share one
/// scratch, `attended` is the hidden state itself, and the rest is null. Strides: backend::scratch_stride.
template <class T>
struct BlockTape {
  T* qkv = nullptr;             ///< [m, stride], of which 3 A' d columns count
  T* context = nullptr;         ///< [m, stride], of which A' d columns count
  T* attention_sums = nullptr;  ///< [m, H], what attention.LayerNorm normalises
  T* attended = nullptr;        ///< [m, H], its result
  T* before = nullptr;          ///< [m, stride], of which I columns count: what the activation is applied to
  T* inner = nullptr;           ///< [m, stride], what ffn_output is applied to
  T* output_sums = nullptr;     ///< [m, H], what full_layer_layer_norm normalises
};

/// Of the head; what the class does not have is null.
template <class T>
struct HeadTape {
  T* first = nullptr;                  ///< [B, H], the first token of each sequence
  T* pooled_before = nullptr;          ///< [B, H], what the pooler's tanh is applied to
  T* classified = nullptr;             ///< [rows, H], what the classifier is applied to
  T* mlm_before = nullptr;             ///< [m, E], what the activation of predictions.dense is applied to
  T* mlm_inner = nullptr;              ///< [m, E], what predictions.LayerNorm normalises
  T* mlm_normalized = nullptr;         ///< [m, E], its result
  const T* token_logits = nullptr;     ///< [m, V or C], also those that the output has padded
  const T* sequence_logits = nullptr;  ///< [B, C]
};

template <class T>
struct Tape {
  bool recompute = false;
  T* embedded = nullptr;             ///< [m, E], what the mapping is applied to
  std::vector<T*> inputs;            ///< [blocks + 1] of [m, H]: what each block is applied to; the last is the encoder's result
  std::vector<BlockTape<T>> blocks;  ///< one each, or one that all share
  HeadTape<T> head;

  [[nodiscard]] const BlockTape<T>& block(std::size_t step) const { return blocks[recompute ? 0 : step]; }
};

/// Counts what an Arena would be asked for.
class ArenaSize {
 public:
  template <class T>
  [[nodiscard]] T* take(std::int64_t count) {
    bytes_ += (static_cast<std::uint64_t>(count) * sizeof(T) + 63) / 64 * 64;
    return nullptr;
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t bytes_ = 0;
};

}  // namespace albert
