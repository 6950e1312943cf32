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

/// A row of the parameter table; kNoRow: the class has no such parameter.
using Row = std::size_t;
inline constexpr Row kNoRow = static_cast<Row>(-1);

template <class T>
struct Norm {
  const T* gamma = nullptr;
  const T* beta = nullptr;
  Row gamma_row = kNoRow, beta_row = kNoRow;
};

/// A linear layer, or several with one input, stacked; null when the class has no such layer.
struct Linear {
  struct Part {
    Row weight, bias;
    std::int64_t out;
  };
  std::unique_ptr<const backend::PackedLinear> forward;
  mutable std::unique_ptr<const backend::PackedLinear> backward;  ///< once prepare_backward has been called
  std::vector<Part> parts;

  explicit operator bool() const { return forward != nullptr; }
  const backend::PackedLinear& operator*() const { return *forward; }
  const backend::PackedLinear* operator->() const { return forward.get(); }
};

template <class T>
struct PreparedBlock {
  std::int64_t width = 0;             ///< A' d: rows of query, key and value
  Linear qkv;                         ///< [3 A' d, H]: query, key and value in one; null when no head is left
  Linear dense;                       ///< [H, A' d]
  Norm<T> attention_norm;             ///< attention.LayerNorm
  const T* relative_table = nullptr;  ///< [2P - 1, d]
  Row relative_row = kNoRow;
  Linear ffn;           ///< [I, H]
  Linear ffn_output;    ///< [H, I]
  Norm<T> output_norm;  ///< full_layer_layer_norm
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
  Row word_row = kNoRow, position_row = kNoRow, type_row = kNoRow;
  Norm<T> embedding_norm;
  Linear mapping;                        ///< [H, E]
  std::vector<PreparedBlock<T>> blocks;  ///< [G * J]
  Linear pooler;                         ///< [H, H]
  Linear mlm_dense;                      ///< [E, H]
  Norm<T> mlm_norm;
  Linear mlm_decoder;  ///< [V, E]
  Linear classifier;   ///< [C, H]: sop_classifier.classifier, classifier or qa_outputs

  std::vector<std::vector<T>> converted;  ///< tensors of another type, as T
  mutable bool has_backward = false;
  mutable Pool<Workspace> workspaces;
};

template <class T>
[[nodiscard]] std::shared_ptr<const Prepared<T>> prepare(const Parameters& parameters, const std::shared_ptr<const Device>& device,
                                                         const backend::Backend<T>& backend);

/// Fills Linear::backward of all layers, the first time it is called.
template <class T>
void prepare_backward(const Prepared<T>& weights, const Parameters& parameters, const backend::Backend<T>& backend);

}  // namespace albert
