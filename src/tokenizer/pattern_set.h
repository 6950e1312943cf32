// Finds texts of a set in a longer text: leftmost first, of those the longest, not overlapping.
//
// Linear in the text whatever the set: an Aho-Corasick automaton over the reversed texts is run
// from the end, which gives the longest text that begins at each position; a scan forward then
// takes the leftmost ones.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace albert {

class PatternSet {
 public:
  struct Match {
    std::uint32_t begin, end;
    std::uint32_t pattern;  // index into the constructor's list; of equal texts the first
  };

  PatternSet() = default;
  /// No text may be empty.
  explicit PatternSet(const std::vector<std::u32string>& patterns);

  [[nodiscard]] bool empty() const noexcept { return nodes_.size() <= 1; }
  /// Replaces `matches` by those in `text`.
  void find(std::u32string_view text, std::vector<Match>& matches) const;

 private:
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  struct Node {
    std::uint32_t fail = 0;        // the longest proper suffix that is a node
    std::uint32_t pattern = none;  // the longest pattern that ends here
    std::uint32_t length = 0;      // its length
  };
  struct Edge {
    std::uint64_t key = 0;  // (node + 1) << 32 | character; 0: free
    std::uint32_t target = 0;
  };

  [[nodiscard]] std::uint32_t child(std::uint32_t node, char32_t c) const noexcept;
  void add_child(std::uint32_t node, char32_t c, std::uint32_t target);
  [[nodiscard]] std::uint32_t step(std::uint32_t node, char32_t c) const noexcept;

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;                // open addressing, a power of two
  std::array<std::uint32_t, 128> root_{};  // children of the root by ASCII character, 0: none
};

}  // namespace albert
