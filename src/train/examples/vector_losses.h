// Losses of pairs of vectors, with their derivatives.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace albert::examples {

/// Vectors of one width, one after the other.
struct VectorList {
  std::vector<double> values;  ///< [count, width]
  std::size_t count = 0, width = 0;
  [[nodiscard]] std::span<const double> at(std::size_t i) const { return std::span(values).subspan(i * width, width); }
  [[nodiscard]] std::span<double> at(std::size_t i) { return std::span(values).subspan(i * width, width); }
};

struct PairLoss {
  double value = 0;
  VectorList first, second;  ///< its derivatives
};

/// The mean cross-entropy of softmax(scale * cosine(first[i], second[j])) over j against j = i.
/// Source: Henderson et al., arXiv 1705.00652 (MultipleNegativesRankingLoss of sentence-transformers).
[[nodiscard]] PairLoss contrastive_loss(const VectorList& first, const VectorList& second, double scale);

/// The mean of (cosine(first[i], second[i]) - target[i])^2.
[[nodiscard]] PairLoss cosine_loss(const VectorList& first, const VectorList& second, std::span<const double> targets);

[[nodiscard]] double cosine(std::span<const double> a, std::span<const double> b);

}  // namespace albert::examples
