// One backward pass over a tape.
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/gradients.h"
#include "model/tape.h"

namespace albert {

/// The cotangents of a call, checked against its output.
class CotangentTable {
 public:
  /// Without any, ones for the loss. Error{key} for a field that is not there, Error{value} for another shape.
  CotangentTable(const Cotangents& given, const ModelOutput& output, DType dtype);
  /// Null when the field has none.
  [[nodiscard]] const Tensor* find(std::string_view name) const;
  template <class T>
  [[nodiscard]] const T* values(std::string_view name) const {
    const Tensor* tensor = find(name);
    return tensor == nullptr ? nullptr : tensor->template values<T>().data();
  }
  /// Those of the loss: one number, or one a row; none when it has no cotangent.
  template <class T>
  [[nodiscard]] std::span<const T> loss() const {
    const Tensor* tensor = find("loss");
    return tensor == nullptr ? std::span<const T>() : tensor->template values<T>();
  }

 private:
  std::vector<std::pair<std::string, Tensor>> rows_;
};

template <class T>
struct BackwardPass {
  const Pass<T>& pass;
  const ModelInputs& inputs;
  const Tape<T>& tape;
  const CotangentTable& cotangents;
  const GradientSink<T>& sink;
  Arena& arena;  ///< for this backward pass alone
};

/// dy is the gradient of x W^T + b: adds those of W and b, and gives dx = residual + dy W unless dx is null.
/// `residual` may be dx, or null.
template <class T>
void linear_backward(const BackwardPass<T>& backward, const Linear& linear, std::type_identity_t<const T*> x, std::int64_t rows,
                     std::int64_t x_stride, std::type_identity_t<const T*> dy, std::int64_t dy_stride,
                     std::type_identity_t<const T*> residual, std::type_identity_t<T*> dx, std::int64_t dx_stride) {
  const auto& backend = backward.pass.backend;
  backend.linear_backward_weights(x, rows, x_stride, linear->in, dy, dy_stride, backward.sink.of(linear));
  if (dx != nullptr) backend.linear_backward(dy, rows, dy_stride, *linear.backward, residual, dx, dx_stride);
}

/// The gradient of x where dropout(x) has the gradient dy [m, H]: dy itself when nothing drops, else in `dropped`.
template <class T>
const T* dropped_gradient(const Block<T>& block, const backend::Dropout& dropout, const T* dy, T* dropped) {
  if (!dropout.active()) return dy;
  const std::int64_t hidden = block.pass.architecture.hidden_size;
  std::copy_n(dy, block.tokens * hidden, dropped);
  block.backend.dropout(dropped, block.tokens, hidden, dropout);
  return dropped;
}

}  // namespace albert
