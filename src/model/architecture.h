// The numbers of a configuration that a model computes with: read once, checked, in plain types.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "albert/config.h"
#include "albert/flavor.h"
#include "albert/model.h"
#include "backend/activation.h"

namespace albert {

enum class PositionType { absolute, relative_key, relative_key_query, none };

/// The heads of one block (group g, inner layer j) that pruning has left.
struct BlockHeads {
  std::int64_t left = 0;
  std::set<std::int64_t> pruned;  ///< in the original numbering
  bool cut = false;               ///< the output projection has lost columns

  /// Removes heads given in the original numbering, those already removed apart, and returns the
  /// rows that stay, in the numbering before the call. Error{index}.
  std::vector<std::int64_t> prune(const std::vector<std::int64_t>& heads);
};

struct Architecture {
  ModelClass model_class = ModelClass::model;
  Flavor flavor = Flavor::pytorch;
  bool pooler = true;

  std::int64_t vocab_size = 0;         ///< V
  std::int64_t embedding_size = 0;     ///< E
  std::int64_t hidden_size = 0;        ///< H
  std::int64_t num_layers = 0;         ///< N, outer iterations
  std::int64_t num_groups = 0;         ///< G
  std::int64_t inner_layers = 0;       ///< J, blocks an iteration
  std::int64_t num_heads = 0;          ///< A, before pruning
  std::int64_t head_size = 0;          ///< d = H / A
  std::int64_t intermediate_size = 0;  ///< I
  std::int64_t max_positions = 0;      ///< P
  std::int64_t type_vocab_size = 0;    ///< T
  std::int64_t num_labels = 0;         ///< C: outputs of the classifier of this class and flavour
  std::int64_t chunk_size = 0;         ///< of the feed-forward check; 0: none

  backend::Activation activation = backend::Activation::none;
  bool gated = false;  ///< TensorFlow's glu: ffn_output reads the first half of ffn's outputs times the sigmoid of the second
  PositionType position_type = PositionType::absolute;
  double layer_norm_eps = 1e-12;
  double initializer_range = 0.02;
  double hidden_dropout = 0;
  double attention_dropout = 0;
  std::optional<double> classifier_dropout;  ///< null: no rate is given; an error when it is needed
  std::optional<std::int64_t> pad_row;       ///< row of the word table that starts as zeros and gets no gradient from lookups
  bool decoder_tied = true;                  ///< shares the word table's storage
  bool decoder_cloned = false;               ///< torchscript: a copy of the word table

  std::vector<BlockHeads> block_heads;  ///< [G * J], block (g, j) at g * J + j

  [[nodiscard]] std::int64_t group_of(std::int64_t layer) const;
  [[nodiscard]] bool has_mlm_head() const { return model_class == ModelClass::pre_training || model_class == ModelClass::masked_lm; }
  [[nodiscard]] bool has_relative_positions() const {
    return position_type == PositionType::relative_key || position_type == PositionType::relative_key_query;
  }
  /// Index into block_heads for a key of pruned_heads; a negative one counts from the end. Error{index}.
  [[nodiscard]] std::size_t block_of_pruning_key(std::int64_t key) const;
};

/// Reads and checks a configuration. Error{value|type|key|index|resource} for one that no model can be built from.
[[nodiscard]] Architecture make_architecture(const AlbertConfig& config, ModelClass model_class, bool add_pooling_layer, Flavor flavor);

}  // namespace albert
