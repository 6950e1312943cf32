// One forward pass: what is computed on, with what, and the places where dropout acts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "backend/backend.h"
#include "base/arena.h"
#include "base/check.h"
#include "batch/packed_batch.h"
#include "model/architecture.h"
#include "model/prepared.h"

namespace albert {

/// The head mask: its first axis picks a layer (encoder.cpp says which), the other four broadcast.
template <class T>
struct HeadMask {
  const T* values = nullptr;             ///< null: none
  std::int64_t layers = 0;               ///< rows of the first axis
  std::int64_t shape[4] = {1, 1, 1, 1};  ///< batch, head, query, key; 1 broadcasts
  std::int64_t layer_size = 0;           ///< elements between two rows of the first axis
};

template <class T>
struct Pass {
  const Architecture& architecture;
  const Prepared<T>& weights;
  const backend::Backend<T>& backend;
  const PackedBatch& batch;
  Arena& arena;
  Pool<Arena>& block_arenas;
  bool train = false;
  std::uint64_t dropout_seed = 0;
  const T* embeds = nullptr;       ///< [M, E]: inputs_embeds of the tokens, when given
  std::span<const T* const> mask;  ///< one a sequence, as AttentionArguments::mask
  HeadMask<T> head_mask;

  [[nodiscard]] backend::LayerNormWeights<T> layer_norm(const Norm<T>& norm) const {
    return {norm.gamma, norm.beta, architecture.layer_norm_eps, architecture.flavor == Flavor::flax};
  }

  /// Dropout at one place; `layer` counts the blocks that run, i * J + j.
  enum class Place : std::uint64_t { embeddings, attention_probabilities, attention_output, feed_forward_output, classifier, count };
  [[nodiscard]] backend::Dropout dropout(Place place, double rate, std::int64_t layer = 0, std::int64_t first_row = 0) const {
    backend::Dropout dropout;
    dropout.p = train ? rate : 0;
    dropout.seed = dropout_seed;
    dropout.stream = static_cast<std::uint64_t>(layer) * static_cast<std::uint64_t>(Place::count) + static_cast<std::uint64_t>(place);
    dropout.first_row = static_cast<std::uint64_t>(first_row);
    return dropout;
  }
  [[nodiscard]] backend::Dropout classifier_dropout() const {
    require(!train || architecture.classifier_dropout, ErrorCode::type, "classifier_dropout_prob: training needs a number, got null");
    return dropout(Place::classifier, architecture.classifier_dropout.value_or(0));
  }
};

/// A run of whole sequences that goes through all layers by itself.
template <class T>
struct Block {
  const Pass<T>& pass;
  const backend::Backend<T>& backend;  ///< for the thread that has the block
  Arena& arena;
  backend::Sequences sequences;  ///< offsets from 0
  std::int32_t first_sequence = 0;
  std::int64_t first_token = 0;
  std::int64_t tokens = 0;  ///< m
};

/// The whole batch as one block, on all threads of the backend.
template <class T>
Block<T> whole_batch(const Pass<T>& pass, Arena& arena) {
  return {pass, pass.backend, arena, {pass.batch.offsets, pass.batch.longest}, 0, 0, pass.batch.tokens()};
}

/// The rows of a padded [B, S, width] tensor that belong to the tokens of the batch.
template <class T>
void load_tokens(const Pass<T>& pass, const T* padded, std::int64_t width, T* x) {
  if (pass.batch.dropped_any())
    pass.backend.gather_rows(padded, width, pass.batch.padded, x);
  else
    std::copy_n(padded, pass.batch.tokens() * width, x);
}

/// Writes rows of `width` that belong to tokens [first, first + count) to where the padded output has them.
template <class T>
void store_tokens(const Pass<T>& pass, const backend::Backend<T>& backend, const T* x, std::int64_t first, std::int64_t count,
                  std::int64_t width, T* padded) {
  if (pass.batch.dropped_any())
    backend.scatter_rows(x, width, std::span(pass.batch.padded).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                         padded);
  else
    std::copy_n(x, count * width, padded + first * width);
}

}  // namespace albert
