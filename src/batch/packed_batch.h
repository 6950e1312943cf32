// PackedBatch: the tokens of a batch laid end to end, with where each came from.
//
// The padded tensors of the API become flat rows here, and nothing below this room knows of
// padding: the tokens of sequence b are rows offsets[b] ... offsets[b + 1] - 1. With
// Padding::packed the masked tokens are left out; otherwise every slot is a token and the mask
// becomes a bias on the scores.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "albert/flavor.h"
#include "albert/model.h"

namespace albert {

/// What a batch is checked against.
struct BatchRules {
  enum class Positions { table, relative, unused };

  Flavor flavor = Flavor::pytorch;
  std::int64_t vocab_size = 0;       ///< V
  std::int64_t embedding_size = 0;   ///< E
  std::int64_t type_vocab_size = 0;  ///< T
  std::int64_t max_positions = 0;    ///< P
  Positions positions = Positions::table;
  bool multiple_choice = false;  ///< [B, K, S] is flattened to [B * K, S]
};

struct PackedBatch {
  std::int64_t rows = 0;      ///< B, or B * K
  std::int64_t sequence = 0;  ///< S
  std::int64_t choices = 0;   ///< K; 0 unless multiple choice

  std::vector<std::int32_t> offsets;  ///< [rows + 1]
  std::int32_t longest = 0;
  std::vector<std::int32_t> ids;        ///< [M]; -1 stands for a row of NaN (Flax). Empty when embeds is set
  std::optional<Tensor> embeds;         ///< [rows, S, E], as the caller gave it
  std::vector<std::int32_t> types;      ///< [M]
  std::vector<std::int32_t> positions;  ///< [M]
  std::vector<std::int32_t> slots;      ///< [M]: column of each token in its padded row
  std::vector<std::int32_t> padded;     ///< [M]: index of each token among the rows * S slots. Empty when none was dropped

  /// The attention mask as given, when it hides anything: [rows, S], or [rows, S, S] when mask_per_query.
  std::vector<double> mask;
  bool mask_per_query = false;

  [[nodiscard]] std::int64_t tokens() const { return offsets.empty() ? 0 : offsets.back(); }
  [[nodiscard]] bool dropped_any() const { return !padded.empty(); }
};

/// Checks the inputs of a model call and packs them into `batch`, whose storage is used again.
/// `token_labels`, when given, are [B, S] labels: a label on a masked token makes the batch exact.
/// Error{value|type|index|key} for what the flavour's framework refuses.
void pack_batch(const ModelInputs& inputs, const BatchRules& rules, Padding padding, const Tensor* token_labels, PackedBatch& batch);

/// The number that the flavour adds to a score for one mask value (1 keep, 0 hide).
template <class T>
[[nodiscard]] T mask_bias(double mask, Flavor flavor);

}  // namespace albert
