// Losses against class labels, and what each framework makes of labels it does not like.
#pragma once

#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "model/pass.h"

namespace albert {

inline constexpr std::int64_t kIgnoredLabel = -100;

/// How a framework turns labels into targets and the losses of rows into a result.
enum class LossRule {
  mean,                ///< PyTorch: -100 does not count; the mean of the rest, a scalar
  masked_mean,         ///< TensorFlow: -100 does not count, other negative labels are class 0; the mean, [1]
  negative_mean,       ///< TensorFlow, token classification: no negative label counts; the mean, [1]
  filtered,            ///< TensorFlow, legacy: without the rows of -100; one loss a row
  filtered_minus_one,  ///< TensorFlow, legacy token classification: without those of -1 if there are any, else of -100
  each,                ///< TensorFlow: every row counts; one loss a row
};

/// The labels of `rows` rows. Error{type} unless they are int64 or int32 (TensorFlow casts any number),
/// Error{value} for another count.
template <class T>
[[nodiscard]] std::vector<std::int64_t> read_labels(const Pass<T>& pass, std::string_view name, const Tensor& labels, std::int64_t rows);

/// The labels of the tokens of the batch, from [B, S].
template <class T>
[[nodiscard]] std::vector<std::int64_t> read_token_labels(const Pass<T>& pass, std::string_view name, const Tensor& labels);

/// Cross entropy of logits [labels.size(), classes]: one number, or one a row that counts. A mean of
/// nothing is NaN. Error{index} for a label outside the classes.
template <class T>
[[nodiscard]] std::vector<T> cross_entropy(const Pass<T>& pass, std::string_view name, const T* logits, std::int64_t classes,
                                           std::vector<std::int64_t> labels, LossRule rule, std::int64_t ignored = kIgnoredLabel);

/// The rows of the logits that a loss depends on.
template <class T>
struct LossRows {
  std::vector<std::int32_t> rows;     ///< rising
  std::vector<std::int64_t> targets;  ///< of each
  std::vector<T> dlosses;             ///< of each: the gradient of its cross entropy
};

/// From dloss, the gradient of what `cross_entropy` gives for these labels, to the rows.
template <class T>
[[nodiscard]] LossRows<T> cross_entropy_rows(std::vector<std::int64_t> labels, LossRule rule, std::span<const T> dloss,
                                             std::int64_t ignored = kIgnoredLabel);

/// A loss as the framework shapes it: a scalar in PyTorch, [n] in TensorFlow.
template <class T>
[[nodiscard]] Tensor loss_tensor(const Pass<T>& pass, const std::vector<T>& values);

/// Error{type} for labels given to a Flax class, which has no losses.
template <class T>
void refuse_labels(const Pass<T>& pass, const ModelInputs& inputs);

}  // namespace albert
