#include "model/losses.h"

#include <algorithm>

#include "base/element.h"

namespace albert {
namespace {

void check_label_type(Flavor flavor, std::string_view name, const Tensor& labels) {
  require(flavor == Flavor::tensorflow || labels.dtype() == DType::i64 || labels.dtype() == DType::i32, ErrorCode::type,
          "{}: expected int64, got {}", name, to_string(labels.dtype()));
}

/// Labels after the rule has set aside those that do not count, as kIgnoredLabel.
void apply_rule(std::vector<std::int64_t>& labels, LossRule rule, std::int64_t& ignored) {
  switch (rule) {
    case LossRule::mean:
    case LossRule::filtered:
      break;
    case LossRule::masked_mean:
      for (auto& label : labels)
        if (label != kIgnoredLabel) label = std::max<std::int64_t>(label, 0);
      break;
    case LossRule::negative_mean:
      for (auto& label : labels)
        if (label < 0) label = kIgnoredLabel;
      break;
    case LossRule::filtered_minus_one:
      if (std::find(labels.begin(), labels.end(), -1) != labels.end()) ignored = -1;
      break;
    case LossRule::each:
      ignored = std::numeric_limits<std::int64_t>::min();
      break;
  }
}

// Keras takes a last axis of one for a surplus axis of the labels: a single class has a loss only
// where the labels' own last axis is one too.
template <class T>
void check_single_class(const Pass<T>& pass, std::string_view name, const std::vector<std::int64_t>& labels, LossRule rule,
                        std::int64_t ignored) {
  const bool by_token = rule == LossRule::masked_mean || rule == LossRule::negative_mean;
  const bool filtered = rule == LossRule::filtered || rule == LossRule::filtered_minus_one;
  const auto dropped = filtered ? std::count(labels.begin(), labels.end(), ignored) : 0;
  const auto last_axis = by_token ? pass.batch.sequence : static_cast<std::int64_t>(labels.size()) - dropped;
  require(last_axis <= 1, ErrorCode::value, "{}: TensorFlow has no loss for {} labels of one class", name, last_axis);
}

}  // namespace

template <class T>
std::vector<std::int64_t> read_labels(const Pass<T>& pass, std::string_view name, const Tensor& labels, std::int64_t rows) {
  check_label_type(pass.architecture.flavor, name, labels);
  require(labels.size() == rows, ErrorCode::value, "{}: expected {} labels, got shape {}", name, rows, to_string(labels.shape()));
  std::vector<std::int64_t> values(static_cast<std::size_t>(rows));
  for (std::int64_t i = 0; i < rows; ++i) values[static_cast<std::size_t>(i)] = integer_at(labels, i);
  return values;
}

template <class T>
std::vector<std::int64_t> read_token_labels(const Pass<T>& pass, std::string_view name, const Tensor& labels) {
  const auto& batch = pass.batch;
  auto values = read_labels(pass, name, labels, batch.rows * batch.sequence);
  if (batch.dropped_any()) {
    for (std::size_t token = 0; token < batch.padded.size(); ++token) values[token] = values[static_cast<std::size_t>(batch.padded[token])];
    values.resize(batch.padded.size());
  }
  return values;
}

template <class T>
std::vector<T> cross_entropy(const Pass<T>& pass, std::string_view name, const T* logits, std::int64_t classes,
                             std::vector<std::int64_t> labels, LossRule rule, std::int64_t ignored) {
  apply_rule(labels, rule, ignored);
  for (const auto label : labels)
    require(label == ignored || (label >= 0 && label < classes), ErrorCode::index, "{}: {} is out of range, expected within [0, {})", name,
            label, classes);
  if (classes == 1 && pass.architecture.flavor == Flavor::tensorflow) check_single_class(pass, name, labels, rule, ignored);
  const auto rows = static_cast<std::int64_t>(labels.size());
  T* losses = pass.arena.template take<T>(rows);
  const auto total = pass.backend.cross_entropy(logits, rows, classes, labels, ignored, losses);
  if (rule == LossRule::filtered || rule == LossRule::filtered_minus_one || rule == LossRule::each) {
    std::vector<T> kept;
    for (std::int64_t i = 0; i < rows; ++i)
      if (labels[static_cast<std::size_t>(i)] != ignored) kept.push_back(losses[i]);
    return kept;
  }
  if (total.count == 0) return {std::numeric_limits<T>::quiet_NaN()};
  return {static_cast<T>(total.sum / static_cast<double>(total.count))};
}

template <class T>
LossRows<T> cross_entropy_rows(std::vector<std::int64_t> labels, LossRule rule, std::span<const T> dloss, std::int64_t ignored) {
  apply_rule(labels, rule, ignored);
  LossRows<T> result;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == ignored) continue;
    result.rows.push_back(static_cast<std::int32_t>(i));
    result.targets.push_back(labels[i]);
  }
  if (rule == LossRule::filtered || rule == LossRule::filtered_minus_one || rule == LossRule::each)
    result.dlosses.assign(dloss.begin(), dloss.end());
  else
    result.dlosses.assign(result.rows.size(), static_cast<T>(dloss[0] / static_cast<T>(result.rows.size())));
  return result;
}

template <class T>
Tensor loss_tensor(const Pass<T>& pass, const std::vector<T>& values) {
  if (pass.architecture.flavor == Flavor::pytorch) return Tensor::from<T>({}, values);
  return Tensor::from<T>({static_cast<std::int64_t>(values.size())}, values);
}

template <class T>
void refuse_labels(const Pass<T>& pass, const ModelInputs& inputs) {
  require(pass.architecture.flavor != Flavor::flax ||
              !(inputs.labels || inputs.sentence_order_label || inputs.start_positions || inputs.end_positions),
          ErrorCode::type, "labels: the Flax classes have no losses");
}

template std::vector<std::int64_t> read_labels(const Pass<float>&, std::string_view, const Tensor&, std::int64_t);
template std::vector<std::int64_t> read_token_labels(const Pass<float>&, std::string_view, const Tensor&);
template std::vector<float> cross_entropy(const Pass<float>&, std::string_view, const float*, std::int64_t, std::vector<std::int64_t>,
                                          LossRule, std::int64_t);
template LossRows<float> cross_entropy_rows(std::vector<std::int64_t>, LossRule, std::span<const float>, std::int64_t);
template Tensor loss_tensor(const Pass<float>&, const std::vector<float>&);
template void refuse_labels(const Pass<float>&, const ModelInputs&);
template std::vector<std::int64_t> read_labels(const Pass<double>&, std::string_view, const Tensor&, std::int64_t);
template std::vector<std::int64_t> read_token_labels(const Pass<double>&, std::string_view, const Tensor&);
template std::vector<double> cross_entropy(const Pass<double>&, std::string_view, const double*, std::int64_t, std::vector<std::int64_t>,
                                           LossRule, std::int64_t);
template LossRows<double> cross_entropy_rows(std::vector<std::int64_t>, LossRule, std::span<const double>, std::int64_t);
template Tensor loss_tensor(const Pass<double>&, const std::vector<double>&);
template void refuse_labels(const Pass<double>&, const ModelInputs&);

}  // namespace albert
