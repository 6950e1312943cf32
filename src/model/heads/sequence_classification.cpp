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

/// Logits and labels of a regression, broadcast to one shape.
template <class T>
struct RegressionPairs {
  std::int64_t count = 1;
  T *a = nullptr, *b = nullptr;        ///< [count]
  std::vector<std::int64_t> logit_of;  ///< [count]: index of the logit in a
};

// One logit column is squeezed on both sides, other shapes broadcast as they are.
template <class T>
RegressionPairs<T> regression_pairs(Arena& arena, const T* logits, Shape logit_shape, const Tensor& labels) {
  Shape label_shape = labels.shape();
  if (logit_shape[1] == 1) {
    logit_shape = squeezed(logit_shape);
    label_shape = squeezed(label_shape);
  }
  const Shape shape = broadcast_shape(logit_shape, label_shape);
  RegressionPairs<T> pairs;
  for (const auto extent : shape) pairs.count *= extent;
  pairs.a = arena.take<T>(pairs.count);
  pairs.b = arena.take<T>(pairs.count);
  for (std::int64_t i = 0; i < pairs.count; ++i) {
    pairs.logit_of.push_back(broadcast_index(logit_shape, shape, i));
    pairs.a[i] = logits[pairs.logit_of.back()];
    pairs.b[i] = static_cast<T>(number_at(labels, broadcast_index(label_shape, shape, i)));
  }
  return pairs;
}

/// Labels of yes or no for each class. Error{value|type}.
template <class T>
T* multi_label_targets(Arena& arena, const Shape& shape, const Tensor& labels) {
  require(labels.shape() == shape, ErrorCode::value, "labels: expected {}, got {}", to_string(shape), to_string(labels.shape()));
  require(is_floating(labels.dtype()), ErrorCode::type, "labels: expected floating point, got {}", to_string(labels.dtype()));
  T* targets = arena.take<T>(labels.size());
  for (std::int64_t i = 0; i < labels.size(); ++i) targets[i] = static_cast<T>(number_at(labels, i));
  return targets;
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
    case ProblemType::regression: {
      const auto pairs = regression_pairs(pass.arena, logits, shape, labels);
      return {static_cast<T>(pass.backend.mean_squared_error(pairs.a, pairs.b, pairs.count))};
    }
    case ProblemType::multi_label_classification:
      return {static_cast<T>(pass.backend.binary_cross_entropy(logits, multi_label_targets<T>(pass.arena, shape, labels), labels.size()))};
    default:
      return cross_entropy<T>(pass, "labels", logits, shape[1], read_labels(pass, "labels", labels, shape[0]), LossRule::mean);
  }
}

/// dlogits += the gradient of the loss that loss_of gives.
template <class T>
void add_loss_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, std::span<const T> dloss, T* dlogits) {
  const auto& pass = arguments.pass;
  const T* logits = backward.tape.head.sequence_logits;
  const Tensor& labels = *arguments.inputs.labels;
  const Shape shape{pass.batch.rows, pass.weights.classifier->out};
  const std::int64_t count = shape[0] * shape[1];
  const bool tensorflow = pass.architecture.flavor == Flavor::tensorflow;
  if (tensorflow && shape[1] == 1) {
    for (std::int64_t i = 0; i < shape[0]; ++i)
      dlogits[i] += 2 * (logits[i] - static_cast<T>(number_at(labels, i))) * dloss[static_cast<std::size_t>(i)];
  } else if (!tensorflow && arguments.problem == ProblemType::regression) {
    const auto pairs = regression_pairs(backward.arena, logits, shape, labels);
    pass.backend.mean_squared_error_backward(pairs.a, pairs.b, pairs.count, dloss[0], pairs.a);
    for (std::int64_t i = 0; i < pairs.count; ++i) dlogits[pairs.logit_of[static_cast<std::size_t>(i)]] += pairs.a[i];
  } else if (!tensorflow && arguments.problem == ProblemType::multi_label_classification) {
    T* part = backward.arena.template take<T>(count);
    pass.backend.binary_cross_entropy_backward(logits, multi_label_targets<T>(backward.arena, shape, labels), count, dloss[0], part);
    pass.backend.add(part, count, dlogits);
  } else {
    const auto rule = tensorflow ? LossRule::each : LossRule::mean;
    const auto rows = cross_entropy_rows<T>(read_labels(pass, "labels", labels, shape[0]), rule, dloss);
    pass.backend.add(logit_cotangents<T>(backward, {}, logits, shape[0], shape[1], rows), count, dlogits);
  }
}

}  // namespace

// AlbertForSequenceClassification: C logits a sequence.
template <class T>
void sequence_classification(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  Tensor logits(dtype_of<T>, {pass.batch.rows, pass.weights.classifier->out});
  T* values = logits.mutable_values<T>().data();
  classify(arguments, pool(pass, arguments.sequence, arguments.tape), pass.batch.rows, values);
  if (arguments.tape != nullptr) arguments.tape->sequence_logits = values;
  if (const auto& labels = arguments.inputs.labels)
    output.append("loss", loss_tensor(pass, loss_of(arguments, values, logits.shape(), *labels)));
  output.append("logits", std::move(logits));
}

template <class T>
bool sequence_classification_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence) {
  const auto& pass = arguments.pass;
  const std::int64_t rows = pass.batch.rows, classes = pass.weights.classifier->out;
  const auto dloss = backward.cotangents.template loss<T>();
  const T* given = backward.cotangents.template values<T>("logits");
  if (dloss.empty() && given == nullptr) return false;
  T* dlogits = backward.arena.template take<T>(rows * classes);
  std::fill_n(dlogits, rows * classes, T{0});
  if (given != nullptr) std::copy_n(given, rows * classes, dlogits);
  if (!dloss.empty()) add_loss_backward(arguments, backward, dloss, dlogits);
  T* dpooled = backward.arena.template take<T>(rows * pass.architecture.hidden_size);
  classify_backward(backward, rows, dlogits, dpooled);
  pool_backward(backward, dpooled, dsequence);
  return true;
}

template void sequence_classification(const HeadArguments<float>&, ModelOutput&);
template void sequence_classification(const HeadArguments<double>&, ModelOutput&);
template bool sequence_classification_backward(const HeadArguments<float>&, const BackwardPass<float>&, float*);
template bool sequence_classification_backward(const HeadArguments<double>&, const BackwardPass<double>&, double*);

}  // namespace albert
