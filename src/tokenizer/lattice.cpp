#include "tokenizer/lattice.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <unordered_map>

#include "base/check.h"

namespace albert {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t end_of_text = none, start_of_text = none - 1;  // in place of a node
constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

// A way from some node to the end of the text.
struct Hypothesis {
  std::uint32_t node;
  std::uint32_t next;  // the hypothesis that this one extends
  float estimate;      // its score and the best that can come before it
  float score;
};

// The open hypotheses, the one with the best estimate on top. Which of equals comes first is up to the heap: the same
// operations in the same order give the order of SentencePiece.
class Agenda {
 public:
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] const Hypothesis& at(std::uint32_t position) const { return pool_[position]; }

  void push(const Hypothesis& hypothesis) {
    count_step();
    pool_.push_back(hypothesis);
    heap_.push(static_cast<std::uint32_t>(pool_.size() - 1));
  }

  std::uint32_t pop() {
    const std::uint32_t top = heap_.top();
    heap_.pop();
    return top;
  }

  /// Keeps the best `count`, and of the pool what they extend.
  void shrink(std::size_t count) {
    std::vector<Hypothesis> pool;
    std::vector<std::uint32_t> open;
    std::unordered_map<std::uint32_t, std::uint32_t> moved{{none, none}};
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t top = pop();
      open.push_back(static_cast<std::uint32_t>(pool.size()));
      std::uint32_t from = top;
      for (; !moved.contains(from); from = pool_[from].next) {
        count_step();
        moved.emplace(from, static_cast<std::uint32_t>(pool.size()));
        pool.push_back(pool_[from]);
        pool.back().next = static_cast<std::uint32_t>(pool.size());
      }
      if (from == top)
        open.back() = moved.at(top);  // an earlier one extends it
      else
        pool.back().next = moved.at(from);
    }
    pool_ = std::move(pool);
    heap_ = Heap(Less{&pool_});
    for (const std::uint32_t position : open) heap_.push(position);
  }

 private:
  struct Less {
    const std::vector<Hypothesis>* pool;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return (*pool)[a].estimate < (*pool)[b].estimate; }
  };
  using Heap = std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, Less>;

  void count_step() {
    constexpr std::size_t most = std::size_t{1} << 26;
    require(++steps_ <= most, ErrorCode::resource, "the n best segmentations of this text take more than {} steps", most);
  }

  std::size_t steps_ = 0;
  std::vector<Hypothesis> pool_;
  Heap heap_{Less{&pool_}};
};

}  // namespace

Lattice::Lattice(std::size_t length, std::vector<Node> nodes) : length_(length), nodes_(std::move(nodes)), first_ending_(length + 2) {
  for (const Node& node : nodes_) ++first_ending_[node.end + 1];
  for (std::size_t end = 0; end <= length; ++end) first_ending_[end + 1] += first_ending_[end];
  by_end_.resize(nodes_.size());
  std::vector<std::uint32_t> next(first_ending_.begin(), first_ending_.end() - 1);
  for (std::size_t i = 0; i < nodes_.size(); ++i) by_end_[next[nodes_[i].end]++] = static_cast<std::uint32_t>(i);
}

std::vector<float> Lattice::best_scores() const {
  std::vector<float> best(length_ + 1, -std::numeric_limits<float>::infinity());
  best[0] = 0;
  for (const Node& node : nodes_) best[node.end] = std::max(best[node.end], best[node.begin] + node.score);
  return best;
}

Lattice::Path Lattice::best() const {
  const std::vector<float> best = best_scores();
  Path path{.score = best[length_]};
  float after = 0;  // score of the piece that follows: it takes part in the rounding
  for (std::size_t end = length_; end != 0; end = path.nodes.back().begin) {
    const Node* chosen = nullptr;
    float highest = 0;
    for (const std::uint32_t i : ending_at(end)) {
      const Node& node = nodes_[i];
      const float score = best[node.begin] + node.score + after;
      if (chosen != nullptr && !(score > highest)) continue;
      chosen = &node;
      highest = score;
    }
    path.nodes.push_back(*chosen);
    after = chosen->score;
  }
  std::reverse(path.nodes.begin(), path.nodes.end());
  return path;
}

std::vector<Lattice::Path> Lattice::n_best(std::size_t count) const {
  // A*: paths grow from the end of the text; the best score up to a node is what can at most come before it.
  const std::vector<float> best = best_scores();
  std::vector<Path> paths;
  Agenda agenda;
  agenda.push({.node = end_of_text, .next = none, .estimate = best[length_], .score = 0});
  while (!agenda.empty() && paths.size() < count) {
    const std::uint32_t top = agenda.pop();
    const Hypothesis hypothesis = agenda.at(top);
    if (hypothesis.node == start_of_text) {
      Path& path = paths.emplace_back(Path{.score = hypothesis.estimate});
      for (std::uint32_t at = hypothesis.next; agenda.at(at).node != end_of_text; at = agenda.at(at).next)
        path.nodes.push_back(nodes_[agenda.at(at).node]);
      continue;
    }
    const std::size_t end = hypothesis.node == end_of_text ? length_ : nodes_[hypothesis.node].begin;
    if (end == 0) agenda.push({.node = start_of_text, .next = top, .estimate = hypothesis.score, .score = hypothesis.score});
    for (const std::uint32_t i : ending_at(end)) {
      const Node& node = nodes_[i];
      agenda.push(
          {.node = i, .next = top, .estimate = best[node.begin] + node.score + hypothesis.score, .score = node.score + hypothesis.score});
    }
    constexpr std::size_t most_open = 10'000, kept_open = 512;
    if (agenda.size() >= most_open) agenda.shrink(std::min(kept_open, 10 * count));
  }
  return paths;
}

std::vector<double> Lattice::log_sums(double alpha) const {
  std::vector<double> sums(length_ + 1, minus_infinity);
  sums[0] = 0;
  for (std::size_t end = 1; end <= length_; ++end) {
    const auto value = [&](std::uint32_t i) { return sums[nodes_[i].begin] + alpha * static_cast<double>(nodes_[i].score); };
    double highest = minus_infinity, sum = 0;
    for (const std::uint32_t i : ending_at(end)) highest = std::max(highest, value(i));
    if (highest == minus_infinity) continue;
    for (const std::uint32_t i : ending_at(end)) sum += std::exp(value(i) - highest);
    sums[end] = highest + std::log(sum);
  }
  return sums;
}

std::vector<Lattice::Node> Lattice::sample(double alpha, UniformSequence& random) const {
  const std::vector<double> sums = log_sums(alpha);
  std::vector<Node> path;
  for (std::size_t end = length_; end != 0; end = path.back().begin) {
    double left = random.next();
    const Node* chosen = nullptr;
    for (const std::uint32_t i : ending_at(end)) {
      const Node& node = nodes_[i];
      const double probability = std::exp(sums[node.begin] + alpha * static_cast<double>(node.score) - sums[end]);
      if (probability == 0) continue;
      chosen = &node;
      left -= probability;
      if (left < 0) break;
    }
    path.push_back(*chosen);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace albert
