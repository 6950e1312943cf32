#include "train/examples/vector_losses.h"

#include <algorithm>
#include <cmath>

namespace albert::examples {
namespace {

constexpr double kLeastNorm = 1e-12;

double dot(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Vectors divided by their lengths, and the lengths.
struct Directions {
  VectorList units;
  std::vector<double> lengths;

  explicit Directions(const VectorList& vectors) : units(vectors) {
    for (std::size_t i = 0; i < units.count; ++i) {
      lengths.push_back(std::max(kLeastNorm, std::sqrt(dot(vectors.at(i), vectors.at(i)))));
      for (double& one : units.at(i)) one /= lengths.back();
    }
  }

  /// Turns derivatives with respect to the units into those with respect to the vectors, in place.
  void pull_back(VectorList& derivatives) const {
    for (std::size_t i = 0; i < units.count; ++i) {
      const auto unit = units.at(i);
      const auto derivative = derivatives.at(i);
      const double along = dot(derivative, unit);
      for (std::size_t k = 0; k < unit.size(); ++k) derivative[k] = (derivative[k] - along * unit[k]) / lengths[i];
    }
  }
};

VectorList zeros_like(const VectorList& vectors) { return {std::vector<double>(vectors.values.size(), 0.0), vectors.count, vectors.width}; }

void add_scaled(std::span<double> target, std::span<const double> vector, double factor) {
  for (std::size_t k = 0; k < target.size(); ++k) target[k] += factor * vector[k];
}

}  // namespace

double cosine(std::span<const double> a, std::span<const double> b) {
  return dot(a, b) / (std::max(kLeastNorm, std::sqrt(dot(a, a))) * std::max(kLeastNorm, std::sqrt(dot(b, b))));
}

PairLoss contrastive_loss(const VectorList& first, const VectorList& second, double scale) {
  const Directions a(first), b(second);
  const auto count = static_cast<double>(first.count);
  PairLoss loss{0, zeros_like(first), zeros_like(second)};
  std::vector<double> scores(second.count);
  for (std::size_t i = 0; i < first.count; ++i) {
    for (std::size_t j = 0; j < second.count; ++j) scores[j] = scale * dot(a.units.at(i), b.units.at(j));
    const double largest = *std::max_element(scores.begin(), scores.end()), own = scores[i];
    double sum = 0;
    for (double& score : scores) sum += score = std::exp(score - largest);
    loss.value += (std::log(sum) + largest - own) / count;
    for (std::size_t j = 0; j < second.count; ++j) {
      const double factor = scale * (scores[j] / sum - (i == j ? 1 : 0)) / count;
      add_scaled(loss.first.at(i), b.units.at(j), factor);
      add_scaled(loss.second.at(j), a.units.at(i), factor);
    }
  }
  a.pull_back(loss.first);
  b.pull_back(loss.second);
  return loss;
}

PairLoss cosine_loss(const VectorList& first, const VectorList& second, std::span<const double> targets) {
  const Directions a(first), b(second);
  const auto count = static_cast<double>(first.count);
  PairLoss loss{0, zeros_like(first), zeros_like(second)};
  for (std::size_t i = 0; i < first.count; ++i) {
    const double error = dot(a.units.at(i), b.units.at(i)) - targets[i];
    loss.value += error * error / count;
    add_scaled(loss.first.at(i), b.units.at(i), 2 * error / count);
    add_scaled(loss.second.at(i), a.units.at(i), 2 * error / count);
  }
  a.pull_back(loss.first);
  b.pull_back(loss.second);
  return loss;
}

}  // namespace albert::examples
