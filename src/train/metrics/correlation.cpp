// Numbers beside numbers: correlations, errors, ranks.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "albert/metrics.h"
#include "base/check.h"

namespace albert {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

void check_lengths(std::span<const double> x, std::span<const double> y) {
  require(x.size() == y.size(), ErrorCode::value, "expected two lists of one length, got {} and {} numbers", x.size(), y.size());
}

/// The values minus their mean, and divided by their length then. Empty when they are all equal.
std::vector<double> direction(std::span<const double> values) {
  if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end()) return {};
  const double mean = pairwise_sum(values) / static_cast<double>(values.size());
  std::vector<double> centred(values.begin(), values.end());
  double largest = 0;
  for (double& value : centred) largest = std::max(largest, std::abs(value -= mean));
  // Scaled first: the squares of very large and very small numbers are none.
  double squares = 0;
  for (const double value : centred) squares += (value / largest) * (value / largest);
  const double length = largest * std::sqrt(squares);
  for (double& value : centred) value /= length;
  return centred;
}

template <class Term>
double mean_of(std::span<const double> x, std::span<const double> y, const Term& term) {
  check_lengths(x, y);
  std::vector<double> terms;
  terms.reserve(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) terms.push_back(term(x[i] - y[i]));
  return terms.empty() ? kUndefined : pairwise_sum(terms) / static_cast<double>(terms.size());
}

}  // namespace

double pairwise_sum(std::span<const double> values) {
  constexpr std::size_t kBlock = 128, kLanes = 8;
  if (values.size() > kBlock) {
    const std::size_t half = values.size() / 2 / kLanes * kLanes;
    return pairwise_sum(values.first(half)) + pairwise_sum(values.subspan(half));
  }
  double sum = 0;
  std::size_t i = 0;
  if (values.size() >= kLanes) {
    double lanes[kLanes];
    std::copy_n(values.begin(), kLanes, lanes);
    for (i = kLanes; i + kLanes <= values.size(); i += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += values[i + lane];
    sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
  for (; i < values.size(); ++i) sum += values[i];
  return sum;
}

double pearson(std::span<const double> x, std::span<const double> y) {
  check_lengths(x, y);
  const std::vector<double> a = direction(x), b = direction(y);
  if (a.empty() || b.empty()) return kUndefined;
  const double product = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  return std::isnan(product) ? kUndefined : std::clamp(product, -1.0, 1.0);
}

std::vector<double> average_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    const double rank = static_cast<double>(first + 1 + last) / 2;
    for (std::size_t i = first; i < last; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

double spearman(std::span<const double> x, std::span<const double> y) {
  check_lengths(x, y);
  const auto undefined = [](double value) { return std::isnan(value); };
  if (std::any_of(x.begin(), x.end(), undefined) || std::any_of(y.begin(), y.end(), undefined)) return kUndefined;
  return pearson(average_ranks(x), average_ranks(y));
}

double mean_squared_error(std::span<const double> x, std::span<const double> y) {
  return mean_of(x, y, [](double difference) { return difference * difference; });
}

double mean_absolute_error(std::span<const double> x, std::span<const double> y) {
  return mean_of(x, y, [](double difference) { return std::abs(difference); });
}

double mean_reciprocal_rank(std::span<const std::int64_t> ranks) {
  if (ranks.empty()) return 0;
  std::vector<double> terms;
  terms.reserve(ranks.size());
  for (const std::int64_t rank : ranks) terms.push_back(rank <= 0 ? 0 : 1 / static_cast<double>(rank));
  return pairwise_sum(terms) / static_cast<double>(terms.size());
}

double perplexity(double mean_loss) { return std::exp(mean_loss); }

}  // namespace albert
