// All ways to cut a text into pieces: the best one, the n best, one drawn at random.
//
// Source: Kudo, "Subword Regularization" (2018), and the library SentencePiece, whose float32 path scores, ties and
// bounds the n best share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace albert {

class Lattice {
 public:
  /// A piece over bytes [begin, end) of the text, and its score (a log probability).
  struct Node {
    std::uint32_t begin, end;
    std::int32_t id;
    float score;
  };
  /// Pieces that follow each other from the first byte to the last.
  struct Path {
    std::vector<Node> nodes = {};
    float score = 0;
  };

  /// `length`: of the text in bytes. `nodes`: by begin, then end; wherever a node ends in the text, another begins.
  Lattice(std::size_t length, std::vector<Node> nodes);

  /// The path with the highest sum of scores.
  [[nodiscard]] Path best() const;
  /// Up to `count` paths, best first. As in SentencePiece, the search forgets all but the best 512 (or 10 count)
  /// open ends whenever there are 10,000. Error{resource}: it takes more than 2^26 steps.
  [[nodiscard]] std::vector<Path> n_best(std::size_t count) const;
  /// A path with probability proportional to exp(alpha * its score), drawn from the end backwards.
  [[nodiscard]] std::vector<Node> sample(double alpha, UniformSequence& random) const;
  /// The logarithm of the sum over all paths of exp(alpha * score), up to every byte; -infinity: no path ends there.
  [[nodiscard]] std::vector<double> log_sums(double alpha) const;

 private:
  /// The nodes that end at a byte, by begin.
  [[nodiscard]] std::span<const std::uint32_t> ending_at(std::size_t end) const {
    return std::span(by_end_).subspan(first_ending_[end], first_ending_[end + 1] - first_ending_[end]);
  }
  /// The best score of a path up to every byte.
  [[nodiscard]] std::vector<float> best_scores() const;

  std::size_t length_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> first_ending_;  // by byte: where its nodes start in by_end_
  std::vector<std::uint32_t> by_end_;        // positions in nodes_
};

}  // namespace albert
