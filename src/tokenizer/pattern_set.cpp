#include "tokenizer/pattern_set.h"

#include <algorithm>
#include <bit>

namespace albert {
namespace {

std::size_t mix(std::uint64_t key) noexcept {
  key *= 0x9E3779B97F4A7C15u;
  return static_cast<std::size_t>(key ^ (key >> 29));
}

std::uint64_t edge_key(std::uint32_t node, char32_t c) noexcept { return ((std::uint64_t{node} + 1) << 32) | c; }

}  // namespace

PatternSet::PatternSet(const std::vector<std::u32string>& patterns) {
  std::size_t characters = 0;
  for (const auto& pattern : patterns) characters += pattern.size();
  if (characters == 0) return;
  nodes_.emplace_back();
  edges_.resize(std::bit_ceil(characters * 2));

  struct Link {
    std::uint32_t parent;
    char32_t character;
    std::uint32_t node;
    std::uint32_t depth;
  };
  std::vector<Link> links;
  for (std::uint32_t index = 0; index < patterns.size(); ++index) {
    const auto& pattern = patterns[index];
    std::uint32_t node = 0;
    for (std::size_t i = pattern.size(); i-- > 0;) {
      std::uint32_t next = child(node, pattern[i]);
      if (next == none) {
        next = static_cast<std::uint32_t>(nodes_.size());
        nodes_.emplace_back();
        add_child(node, pattern[i], next);
        links.push_back({node, pattern[i], next, static_cast<std::uint32_t>(pattern.size() - i)});
      }
      node = next;
    }
    if (node != 0 && nodes_[node].pattern == none) {
      nodes_[node].pattern = index;
      nodes_[node].length = static_cast<std::uint32_t>(pattern.size());
    }
  }
  // Breadth first, so that the links of shorter suffixes are there.
  std::stable_sort(links.begin(), links.end(), [](const Link& a, const Link& b) { return a.depth < b.depth; });
  for (const Link& link : links) {
    Node& node = nodes_[link.node];
    node.fail = link.parent == 0 ? 0 : step(nodes_[link.parent].fail, link.character);
    if (node.pattern == none) {
      node.pattern = nodes_[node.fail].pattern;
      node.length = nodes_[node.fail].length;
    }
  }
}

std::uint32_t PatternSet::child(std::uint32_t node, char32_t c) const noexcept {
  if (node == 0 && c < root_.size()) return root_[c] == 0 ? none : root_[c];
  const std::uint64_t key = edge_key(node, c);
  for (std::size_t slot = mix(key);; ++slot) {
    const Edge& edge = edges_[slot & (edges_.size() - 1)];
    if (edge.key == key) return edge.target;
    if (edge.key == 0) return none;
  }
}

void PatternSet::add_child(std::uint32_t node, char32_t c, std::uint32_t target) {
  if (node == 0 && c < root_.size()) {
    root_[c] = target;
    return;
  }
  const std::uint64_t key = edge_key(node, c);
  std::size_t slot = mix(key);
  while (edges_[slot & (edges_.size() - 1)].key != 0) ++slot;
  edges_[slot & (edges_.size() - 1)] = {key, target};
}

std::uint32_t PatternSet::step(std::uint32_t node, char32_t c) const noexcept {
  for (;;) {
    const std::uint32_t next = child(node, c);
    if (next != none) return next;
    if (node == 0) return 0;
    node = nodes_[node].fail;
  }
}

void PatternSet::find(std::u32string_view text, std::vector<Match>& matches) const {
  matches.clear();
  if (empty()) return;
  std::uint32_t node = 0;
  for (std::size_t i = text.size(); i-- > 0;) {
    const char32_t c = text[i];
    if (node == 0 && c < root_.size() && root_[c] == 0) continue;
    node = step(node, c);
    const Node& here = nodes_[node];
    if (here.pattern != none) matches.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i) + here.length, here.pattern});
  }
  std::reverse(matches.begin(), matches.end());
  std::size_t kept = 0;
  std::uint32_t end = 0;
  for (const Match& match : matches) {
    if (match.begin < end) continue;
    end = match.end;
    matches[kept++] = match;
  }
  matches.resize(kept);
}

}  // namespace albert
