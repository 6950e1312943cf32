// The parameters as a table: one row a tensor.
//
// Everything that must visit all parameters - initialise, load, save, tie, count, later gradients
// and optimisers - walks this table. Names are those of the PyTorch state dict, in its order.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "albert/config.h"
#include "albert/flavor.h"
#include "albert/model.h"
#include "albert/tensor.h"

namespace albert {

enum class Initializer {
  normal,          ///< N(0, initializer_range^2)
  normal_pad_row,  ///< normal, then row pad_token_id is zero (the word table)
  lecun_normal,    ///< Flax's heads
  zeros,
  ones,
};

struct ParameterSpec {
  std::string name;                 ///< "albert.embeddings.word_embeddings.weight"
  std::vector<std::int64_t> shape;  ///< PyTorch layout: Linear weights are [out, in]
  Initializer initializer = Initializer::normal;
  bool weight_decay = true;  ///< false for biases and LayerNorm
  std::string tied_to;       ///< name of the row whose storage this one shares, or empty
};

/// The rows of a class, tied ones included, in state-dict order. Heads removed by
/// config.pruned_heads are already missing from the shapes. Error{value|key|index} for a
/// configuration that no model can be built from. The flavour decides a few rows: TensorFlow and
/// Flax have no relative positions and no pruned heads, TensorFlow always ties the decoder, Flax's
/// sentence-order head has two outputs whatever num_labels says.
[[nodiscard]] std::vector<ParameterSpec> parameter_table(const AlbertConfig& config, ModelClass model_class, bool add_pooling_layer = true,
                                                         Flavor flavor = Flavor::pytorch);

/// Bytes of the table's values as float32, tied ones once.
[[nodiscard]] std::uint64_t bytes_of(const std::vector<ParameterSpec>& table) noexcept;

/// Values for a table: tensors[i] belongs to table[i]; a tied row holds the same Tensor as its owner.
struct Parameters::Impl {
  std::vector<ParameterSpec> table;
  std::vector<Tensor> tensors;                             ///< float32, or float64 for the ref backend's law
  std::unordered_map<std::string_view, std::size_t> rows;  ///< name -> row

  [[nodiscard]] std::ptrdiff_t find(std::string_view name) const noexcept;  ///< row, or -1

  /// These values in the layout of a device, made by prepared.h when a model first computes with them.
  struct OnDevice {
    std::weak_ptr<const Device> device;
    std::shared_ptr<const void> weights;
  };
  mutable std::mutex on_device_mutex;
  mutable std::vector<OnDevice> on_device;
};

/// Random values for every row (spec/model.md section 9), a function of the seed and the row's name.
[[nodiscard]] Tensor initial_value(const ParameterSpec& spec, const AlbertConfig& config, Flavor flavor, std::uint64_t seed);
[[nodiscard]] Parameters initial_parameters(const AlbertConfig& config, ModelClass model_class, bool add_pooling_layer, Flavor flavor,
                                            std::uint64_t seed);
/// Binds values to rows. Error{value} on a wrong shape or count.
[[nodiscard]] Parameters bind_parameters(std::vector<ParameterSpec> table, std::vector<Tensor> tensors);

}  // namespace albert
