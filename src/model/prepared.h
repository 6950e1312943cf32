// A set of parameters in the layout that one backend computes with.
//
// Made once for each (Parameters, Device), whichever model or thread asks first, and shared by all
// models that share the Parameters. It holds no numbers of the architecture but widths.
#pragma once

#include <memory>
#include <vector>

#include "backend/device.h"
#include "base/arena.h"
#include "batch/packed_batch.h"
#include "model/parameters.h"

namespace albert {

template <class T>
struct Norm {
  const T* gamma = nullptr;
  const T* beta = nullptr;
};

using Linear = std::unique_ptr<const backend::PackedLinear>;  ///< null when the class has no such layer

template <class T>
struct PreparedBlock {
  std::int64_t width = 0;             ///< A' d: rows of query, key and value
  Linear qkv;                         ///< [3 A' d, H]: query, key and value in one; null when no head is left
  Linear dense;                       ///< [H, A' d]
  Norm<T> attention_norm;             ///< attention.LayerNorm
  const T* relative_table = nullptr;  ///< [2P - 1, d]
  Linear ffn;                         ///< [I, H]
  Linear ffn_output;                  ///< [H, I]
  Norm<T> output_norm;                ///< full_layer_layer_norm
};

/// What one forward pass needs besides weights; lent by the pool below and used again.
struct Workspace {
  PackedBatch batch;
  Arena arena;
  Pool<Arena> block_arenas;
  void reset() { arena.reset(); }
};

template <class T>
struct Prepared {
  const T* word_table = nullptr;      ///< [V, E]
  std::int64_t vocab_size = 0;        ///< rows of it
  const T* position_table = nullptr;  ///< [P, E]
  const T* type_table = nullptr;      ///< [T, E]
  Norm<T> embedding_norm;
  Linear mapping;                        ///< [H, E]
  std::vector<PreparedBlock<T>> blocks;  ///< [G * J]
  Linear pooler;                         ///< [H, H]
  Linear mlm_dense;                      ///< [E, H]
  Norm<T> mlm_norm;
  Linear mlm_decoder;  ///< [V, E]
  Linear classifier;   ///< [C, H]: sop_classifier.classifier, classifier or qa_outputs

  std::vector<std::vector<T>> converted;  ///< tensors of another type, as T
  mutable Pool<Workspace> workspaces;
};

template <class T>
[[nodiscard]] std::shared_ptr<const Prepared<T>> prepare(const Parameters& parameters, const std::shared_ptr<const Device>& device,
                                                         const backend::Backend<T>& backend);

}  // namespace albert
