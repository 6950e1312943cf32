// Cutting the added tokens out of a text, as the reference's slow tokenizers do (its Trie.split).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace albert {

/// Finds a set of texts: earliest start, longest text, with the reference's quirk: a partial match that
/// fails where another one is complete still looks ahead as if the failing character were absent.
class TokenSplitter {
 public:
  TokenSplitter() : nodes_(1) {}
  void add(std::string_view token);
  /// The text cut before and after every hit, in order; no empty parts. `text` is valid UTF-8.
  [[nodiscard]] std::vector<std::string> split(std::string_view text) const;

 private:
  struct Node {
    std::vector<std::pair<char32_t, std::uint32_t>> children;
    bool is_token = false;
  };
  [[nodiscard]] const Node* step(const Node& node, char32_t code) const noexcept;
  [[nodiscard]] std::vector<std::size_t> cuts(std::u32string_view text) const;

  std::vector<Node> nodes_;  // the root first
  std::array<bool, 256> first_byte_{};
};

}  // namespace albert
