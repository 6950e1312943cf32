#include "tokenizer/token_splitter.h"

#include <algorithm>

#include "tokenizer/utf8.h"

namespace albert {

void TokenSplitter::add(std::string_view token) {
  if (token.empty()) return;
  first_byte_[static_cast<std::uint8_t>(token[0])] = true;
  std::uint32_t node = 0;
  for (const char32_t code : to_utf32(token)) {
    const auto& children = nodes_[node].children;
    const auto place =
        std::lower_bound(children.begin(), children.end(), code, [](const auto& child, char32_t c) { return child.first < c; });
    if (place != children.end() && place->first == code) {
      node = place->second;
      continue;
    }
    const auto fresh = static_cast<std::uint32_t>(nodes_.size());
    nodes_[node].children.insert(nodes_[node].children.begin() + (place - children.begin()), {code, fresh});
    nodes_.emplace_back();
    node = fresh;
  }
  nodes_[node].is_token = true;
}

const TokenSplitter::Node* TokenSplitter::step(const Node& node, char32_t code) const noexcept {
  const auto place =
      std::lower_bound(node.children.begin(), node.children.end(), code, [](const auto& child, char32_t c) { return child.first < c; });
  return place != node.children.end() && place->first == code ? &nodes_[place->second] : nullptr;
}

std::vector<std::size_t> TokenSplitter::cuts(std::u32string_view text) const {
  struct Partial {
    std::size_t start;
    const Node* node;
    bool failed = false;
  };
  std::vector<Partial> open;  // partial matches, by start
  std::vector<std::size_t> found;
  std::size_t skip = 0;
  for (std::size_t current = 0; current < text.size(); ++current) {
    if (current < skip) continue;
    const Partial* hit = nullptr;
    bool failed = false;
    for (Partial& partial : open) {
      if (partial.node->is_token) {
        hit = &partial;
        break;
      }
      if (const Node* next = step(*partial.node, text[current]))
        partial.node = next;
      else
        partial.failed = failed = true;  // it stays where it was, and still looks ahead if there is a hit below
    }
    if (hit != nullptr) {
      // Longer tokens: the earlier matches first, from the next character, then the hit itself from this one.
      std::size_t start = hit->start, end = current;
      for (const Partial& other : open) {
        if (other.start > start) break;
        std::size_t ahead = other.start < start ? current + 1 : current;
        end = ahead;
        const Node* node = other.node;
        if (node->is_token) {
          start = other.start;
          end = skip = ahead;
        }
        while (ahead < text.size()) {
          node = step(*node, text[ahead]);
          if (node == nullptr) break;
          ++ahead;
          if (node->is_token) {
            start = other.start;
            end = skip = ahead;
          }
        }
      }
      found.push_back(start);
      found.push_back(end);
      open.clear();
    } else if (failed) {
      std::erase_if(open, [](const Partial& partial) { return partial.failed; });
    }
    if (current >= skip)
      if (const Node* node = step(nodes_[0], text[current])) open.push_back({current, node});
  }
  for (const Partial& partial : open) {
    if (!partial.node->is_token) continue;
    found.push_back(partial.start);
    found.push_back(text.size());
    break;
  }
  return found;
}

std::vector<std::string> TokenSplitter::split(std::string_view text) const {
  const bool possible = std::any_of(text.begin(), text.end(), [&](char byte) { return first_byte_[static_cast<std::uint8_t>(byte)]; });
  if (!possible) return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{std::string(text)};
  const std::u32string codes = to_utf32(text);
  std::vector<std::size_t> ends = cuts(codes);
  ends.push_back(codes.size());
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (const std::size_t end : ends) {
    if (end <= start) continue;
    parts.push_back(to_utf8(std::u32string_view(codes).substr(start, end - start)));
    start = end;
  }
  return parts;
}

}  // namespace albert
