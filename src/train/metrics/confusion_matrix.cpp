// Classes: counts, precision, recall, F1 and their averages as in scikit-learn.
#include <cmath>

#include "albert/metrics.h"
#include "base/check.h"

namespace albert {
namespace {

double ratio(double numerator, double denominator) { return denominator == 0 ? 0 : numerator / denominator; }

}  // namespace

PrecisionRecall scores_of(const MatchCounts& counts) {
  const auto correct = static_cast<double>(counts.correct);
  return {ratio(correct, static_cast<double>(counts.predicted)), ratio(correct, static_cast<double>(counts.actual)),
          ratio(2 * correct, static_cast<double>(counts.actual + counts.predicted)), counts.actual};
}

PrecisionRecall average_scores(std::span<const MatchCounts> classes, Average average) {
  MatchCounts sum;
  std::vector<double> precision, recall, f1;
  for (const MatchCounts& counts : classes) {
    sum.correct += counts.correct;
    sum.predicted += counts.predicted;
    sum.actual += counts.actual;
    const PrecisionRecall scores = scores_of(counts);
    const double weight = average == Average::weighted ? static_cast<double>(counts.actual) : 1;
    precision.push_back(scores.precision * weight);
    recall.push_back(scores.recall * weight);
    f1.push_back(scores.f1 * weight);
  }
  if (average == Average::micro) return scores_of(sum);
  const double weights = average == Average::weighted ? static_cast<double>(sum.actual) : static_cast<double>(classes.size());
  return {ratio(pairwise_sum(precision), weights), ratio(pairwise_sum(recall), weights), ratio(pairwise_sum(f1), weights), sum.actual};
}

ConfusionMatrix::ConfusionMatrix(std::int64_t classes) {
  require(classes >= 0, ErrorCode::value, "a confusion matrix needs a number of classes: got {}", classes);
  counts_.resize(static_cast<std::size_t>(classes));
}

void ConfusionMatrix::check(std::int64_t label) const {
  require(label >= 0 && label < classes(), ErrorCode::index, "class {} is out of range, expected within [0, {})", label, classes());
}

void ConfusionMatrix::add(std::int64_t truth, std::int64_t prediction) {
  check(truth);
  check(prediction);
  ++cells_[{truth, prediction}];
  ++counts_[static_cast<std::size_t>(truth)].actual;
  ++counts_[static_cast<std::size_t>(prediction)].predicted;
  ++total_;
  if (truth != prediction) return;
  ++counts_[static_cast<std::size_t>(truth)].correct;
  ++correct_;
}

std::int64_t ConfusionMatrix::at(std::int64_t truth, std::int64_t prediction) const {
  check(truth);
  check(prediction);
  const auto cell = cells_.find({truth, prediction});
  return cell == cells_.end() ? 0 : cell->second;
}

const MatchCounts& ConfusionMatrix::counts(std::int64_t label) const {
  check(label);
  return counts_[static_cast<std::size_t>(label)];
}

std::vector<MatchCounts> ConfusionMatrix::present() const {
  std::vector<MatchCounts> present;
  for (const MatchCounts& counts : counts_)
    if (counts.actual + counts.predicted > 0) present.push_back(counts);
  return present;
}

double ConfusionMatrix::accuracy() const noexcept { return ratio(static_cast<double>(correct_), static_cast<double>(total_)); }

double ConfusionMatrix::matthews_correlation() const noexcept {
  const auto total = static_cast<double>(total_);
  double both = 0, truths = 0, predictions = 0;
  for (const MatchCounts& counts : counts_) {
    const auto actual = static_cast<double>(counts.actual), predicted = static_cast<double>(counts.predicted);
    both += actual * predicted;
    truths += actual * actual;
    predictions += predicted * predicted;
  }
  const double spread = (total * total - predictions) * (total * total - truths);
  return spread == 0 ? 0 : (static_cast<double>(correct_) * total - both) / std::sqrt(spread);
}

}  // namespace albert
