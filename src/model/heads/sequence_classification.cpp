#include "base/element.h"
#include "model/heads/heads.h"
#include "model/pooler.h"

namespace albert {
namespace {

using Shape = std::vector<std::int64_t>;

Shape squeezed(Shape shape) {
  std::erase(shape, 1);
  return shape;
}

/// The shape two shapes broadcast to. Error{value}.
Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1, y = i < b.size() ? b[b.size() - 1 - i] : 1;
    require(x == y || x == 1 || y == 1, ErrorCode::value, "labels: shape {} does not go with logits of shape {}", to_string(b),
            to_string(a));
    shape[shape.size() - 1 - i] = x == 1 ? y : x;
  }
  return shape;
}

/// Index into an array of shape `from` for element i of shape `to`, by broadcasting.
std::int64_t broadcast_index(const Shape& from, const Shape& to, std::int64_t i) {
  std::int64_t index = 0, step = 1;
  for (std::size_t axis = 0; axis < to.size(); ++axis) {
    const std::int64_t extent = to[to.size() - 1 - axis], coordinate = i % extent;
    i /= extent;
    if (axis >= from.size()) continue;
    const std::int64_t own = from[from.size() - 1 - axis];
    if (own != 1) index += coordinate * step;
    step *= own;
  }
  return index;
}

// Mean squared error; one logit column is squeezed on both sides, other shapes broadcast as they are.
template <class T>
T regression_loss(const Pass<T>& pass, const T* logits, Shape logit_shape, const Tensor& labels) {
  Shape label_shape = labels.shape();
  if (logit_shape[1] == 1) {
    logit_shape = squeezed(logit_shape);
    label_shape = squeezed(label_shape);
  }
  const Shape shape = broadcast_shape(logit_shape, label_shape);
  std::int64_t count = 1;
  for (const auto extent : shape) count *= extent;
  T* a = pass.arena.template take<T>(count);
  T* b = pass.arena.template take<T>(count);
  for (std::int64_t i = 0; i < count; ++i) {
    a[i] = logits[broadcast_index(logit_shape, shape, i)];
    b[i] = static_cast<T>(number_at(labels, broadcast_index(label_shape, shape, i)));
  }
  return static_cast<T>(pass.backend.mean_squared_error(a, b, count));
}

template <class T>
T multi_label_loss(const Pass<T>& pass, const T* logits, const Shape& shape, const Tensor& labels) {
  require(labels.shape() == shape, ErrorCode::value, "labels: expected {}, got {}", to_string(shape), to_string(labels.shape()));
  require(is_floating(labels.dtype()), ErrorCode::type, "labels: expected floating point, got {}", to_string(labels.dtype()));
  T* targets = pass.arena.template take<T>(labels.size());
  for (std::int64_t i = 0; i < labels.size(); ++i) targets[i] = static_cast<T>(number_at(labels, i));
  return static_cast<T>(pass.backend.binary_cross_entropy(logits, targets, labels.size()));
}

// TensorFlow: one squared error a row when there is one logit column, else one cross entropy a row.
template <class T>
std::vector<T> tensorflow_loss(const Pass<T>& pass, const T* logits, const Shape& shape, const Tensor& labels) {
  if (shape[1] != 1)
    return cross_entropy<T>(pass, "labels", logits, shape[1], read_labels(pass, "labels", labels, shape[0]), LossRule::each);
  require(labels.size() == shape[0], ErrorCode::value, "labels: expected [{}], got {}", shape[0], to_string(labels.shape()));
  std::vector<T> losses(static_cast<std::size_t>(shape[0]));
  for (std::int64_t i = 0; i < shape[0]; ++i) {
    const T difference = logits[i] - static_cast<T>(number_at(labels, i));
    losses[static_cast<std::size_t>(i)] = difference * difference;
  }
  return losses;
}

template <class T>
std::vector<T> loss_of(const HeadArguments<T>& arguments, const T* logits, const Shape& shape, const Tensor& labels) {
  const auto& pass = arguments.pass;
  if (pass.architecture.flavor == Flavor::tensorflow) return tensorflow_loss(pass, logits, shape, labels);
  switch (arguments.problem) {
    case ProblemType::regression:
      return {regression_loss(pass, logits, shape, labels)};
    case ProblemType::multi_label_classification:
      return {multi_label_loss(pass, logits, shape, labels)};
    default:
      return cross_entropy<T>(pass, "labels", logits, shape[1], read_labels(pass, "labels", labels, shape[0]), LossRule::mean);
  }
}

}  // namespace

// AlbertForSequenceClassification: C logits a sequence.
template <class T>
void sequence_classification(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  Tensor logits(dtype_of<T>, {pass.batch.rows, pass.weights.classifier->out});
  T* values = logits.mutable_values<T>().data();
  classify(pass, pool(pass, arguments.sequence), pass.batch.rows, values);
  if (const auto& labels = arguments.inputs.labels)
    output.append("loss", loss_tensor(pass, loss_of(arguments, values, logits.shape(), *labels)));
  output.append("logits", std::move(logits));
}

template void sequence_classification(const HeadArguments<float>&, ModelOutput&);
template void sequence_classification(const HeadArguments<double>&, ModelOutput&);

}  // namespace albert
