// Where the gradients of one model go: the slab behind the public Gradients.
#pragma once

#include <vector>

#include "albert/gradients.h"
#include "backend/backend.h"
#include "model/parameters.h"
#include "model/prepared.h"

namespace albert {

struct Gradients::Impl {
  Impl(const Parameters& of, DType type);

  /// The row that holds the storage of `row`: itself, or the owner of the tie.
  [[nodiscard]] Row owner(Row row) const { return owners[row]; }
  [[nodiscard]] const ParameterSpec& spec(Row row) const { return parameters.impl().table[row]; }

  Parameters parameters;  ///< for their table
  Tensor slab;
  std::vector<Row> owners;
  std::vector<std::int64_t> offsets;  ///< first element of each row in the slab; a tied row has its owner's
  std::vector<bool> reached;          ///< by owner
  std::optional<Tensor> embeds;
};

/// Hands out places in a slab, each of which then counts as reached.
template <class T>
class GradientSink {
 public:
  explicit GradientSink(Gradients::Impl& gradients) : gradients_(gradients), slab_(gradients.slab.mutable_values<T>().data()) {}

  /// Null for kNoRow.
  [[nodiscard]] T* at(Row row) const;
  [[nodiscard]] std::vector<backend::LinearGradients<T>> of(const Linear& linear) const;
  [[nodiscard]] backend::LayerNormGradients<T> of(const Norm<T>& norm) const { return {at(norm.gamma_row), at(norm.beta_row)}; }
  /// The gradient of inputs_embeds as zeros of `shape`, to be written.
  [[nodiscard]] T* inputs_embeds(const std::vector<std::int64_t>& shape) const;

 private:
  Gradients::Impl& gradients_;
  T* slab_;
};

/// Error{value} unless `gradients` have the rows, shapes and ties of `parameters`, Error{type} for another type.
void check_gradients(const Gradients::Impl& gradients, const Parameters& parameters, DType dtype);

}  // namespace albert
