// The lattice against all paths of small ones, written out.
#include "tokenizer/lattice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "albert/error.h"

namespace albert {
namespace {

using Node = Lattice::Node;
using Ends = std::vector<std::uint32_t>;  // a path by the ends of its pieces

Ends ends_of(const std::vector<Node>& path) {
  Ends ends;
  for (const Node& node : path) ends.push_back(node.end);
  return ends;
}

// Every byte a character; each piece of one is there, longer ones with chance 0.5.
std::vector<Node> random_nodes(std::uint32_t length, std::uint64_t seed) {
  UniformSequence random(seed, 0);
  std::vector<Node> nodes;
  for (std::uint32_t begin = 0; begin < length; ++begin)
    for (std::uint32_t end = begin + 1; end <= std::min(length, begin + 4); ++end)
      if (end == begin + 1 || random.next() < 0.5)
        nodes.push_back({begin, end, static_cast<std::int32_t>(nodes.size()), static_cast<float>(-8 * random.next())});
  return nodes;
}

std::vector<std::pair<double, Ends>> all_paths(std::uint32_t length, const std::vector<Node>& nodes) {
  std::vector<std::pair<double, Ends>> paths;
  Ends ends;
  const std::function<void(std::uint32_t, double)> extend = [&](std::uint32_t at, double score) {
    if (at == length) paths.emplace_back(score, ends);
    for (const Node& node : nodes) {
      if (node.begin != at) continue;
      ends.push_back(node.end);
      extend(node.end, score + static_cast<double>(node.score));
      ends.pop_back();
    }
  };
  extend(0, 0);
  std::sort(paths.rbegin(), paths.rend());
  return paths;
}

// A value that a chi-square variable exceeds once in a million (Wilson and Hilferty's approximation).
double critical_chi_square(double degrees) {
  const double part = 2 / (9 * degrees);
  return degrees * std::pow(1 - part + 4.7534 * std::sqrt(part), 3);
}

TEST(Lattice, GivesTheBestPathsInOrder) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<Node> nodes = random_nodes(9, seed);
    const auto expected = all_paths(9, nodes);
    const Lattice lattice(9, nodes);
    const auto paths = lattice.n_best(1000);
    ASSERT_EQ(paths.size(), std::min<std::size_t>(1000, expected.size()));
    for (std::size_t i = 0; i < paths.size(); ++i) {
      EXPECT_NEAR(static_cast<double>(paths[i].score), expected[i].first, 1e-4);
      EXPECT_EQ(ends_of(paths[i].nodes), expected[i].second) << seed << ' ' << i;
    }
    EXPECT_EQ(ends_of(lattice.best().nodes), expected[0].second);
    EXPECT_NEAR(static_cast<double>(lattice.best().score), expected[0].first, 1e-4);
  }
}

TEST(Lattice, SumsOverAllPaths) {
  for (const double alpha : {-0.5, 0.0, 0.1, 1.0, 3.0}) {
    const std::vector<Node> nodes = random_nodes(10, 77);
    double sum = 0;
    for (const auto& [score, ends] : all_paths(10, nodes)) sum += std::exp(alpha * score);
    EXPECT_NEAR(Lattice(10, nodes).log_sums(alpha).back(), std::log(sum), 1e-9) << alpha;
  }
}

TEST(Lattice, DrawsEveryPathAsOftenAsItShould) {
  for (const double alpha : {-0.1, 0.0, 0.2, 0.5}) {
    const std::vector<Node> nodes = random_nodes(7, 5);
    const Lattice lattice(7, nodes);
    const auto paths = all_paths(7, nodes);
    UniformSequence random(2024, 1);
    constexpr int draws = 100'000;
    std::map<Ends, double> seen;
    for (int i = 0; i < draws; ++i) ++seen[ends_of(lattice.sample(alpha, random))];
    const double log_sum = lattice.log_sums(alpha).back();
    double chi_square = 0, degrees = -1, rest = 0, rest_seen = 0;
    const auto add = [&](double expected, double observed) {
      chi_square += (observed - expected) * (observed - expected) / expected;
      ++degrees;
    };
    for (const auto& [score, ends] : paths) {
      const double expected = draws * std::exp(alpha * score - log_sum);
      if (expected < 10) {  // too few for the statistic: together
        rest += expected;
        rest_seen += seen[ends];
      } else {
        add(expected, seen[ends]);
      }
    }
    if (rest >= 10) add(rest, rest_seen);
    EXPECT_GT(degrees, 3) << alpha;
    EXPECT_LT(chi_square, critical_chi_square(degrees)) << alpha;
    EXPECT_LE(seen.size(), paths.size());
  }
}

TEST(Lattice, TakesLongTexts) {
  // One letter over and over, with all its powers up to 8: more paths than can be counted.
  constexpr std::uint32_t length = 20'000;
  std::vector<Node> nodes;
  for (std::uint32_t begin = 0; begin < length; ++begin)
    for (std::uint32_t end = begin + 1; end <= std::min(length, begin + 8); ++end)
      nodes.push_back({begin, end, static_cast<std::int32_t>(end - begin), -1.0F - 0.001F * static_cast<float>(end - begin)});
  const Lattice lattice(length, nodes);
  const auto paths = lattice.n_best(2);
  ASSERT_EQ(paths.size(), 2u);
  EXPECT_EQ(paths[0].nodes.size(), length / 8);
  EXPECT_GE(paths[0].score, paths[1].score);
  UniformSequence random(1, 1);
  EXPECT_EQ(lattice.sample(0.1, random).back().end, length);
}

TEST(Lattice, HasOneEmptyPathOverNothing) {
  const Lattice lattice(0, {});
  ASSERT_EQ(lattice.n_best(5).size(), 1u);
  EXPECT_TRUE(lattice.n_best(5)[0].nodes.empty());
  UniformSequence random(1, 1);
  EXPECT_TRUE(lattice.sample(1, random).empty());
  EXPECT_TRUE(lattice.best().nodes.empty());
}

}  // namespace
}  // namespace albert
