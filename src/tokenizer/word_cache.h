// Remembers how pre-tokens were segmented: words repeat, and looking one up is cheaper than cutting it again.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace albert {

/// A bounded map from a pre-token to its tokens. For one thread at a time.
class WordCache {
 public:
  static constexpr std::size_t max_word = 48;  // characters; longer ones hardly repeat
  struct Token {
    std::uint32_t id;
    std::uint32_t begin, end;  // characters of the word
    bool is_entry;             // its text is the vocabulary's; otherwise those characters
  };

  /// Null when the word is not there. Valid until the next insert.
  [[nodiscard]] const std::span<const Token>* find(std::u32string_view word) {
    hash_ = hash(word);
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[hash_ % slot_count];
    if (slot.hash != hash_ || slot.length != word.size()) return nullptr;
    if (std::memcmp(characters_.data() + slot.begin, word.data(), word.size() * sizeof(char32_t)) != 0) return nullptr;
    found_ = {tokens_.data() + slot.tokens, slot.token_count};
    return &found_;
  }

  /// Remembers the word that the last find() did not find.
  void insert(std::u32string_view word, std::span<const Token> tokens) {
    if (slots_.empty()) slots_.resize(slot_count);
    if (characters_.size() > max_characters || tokens_.size() > max_characters) clear();
    slots_[hash_ % slot_count] = {hash_, static_cast<std::uint32_t>(characters_.size()), static_cast<std::uint32_t>(word.size()),
                                  static_cast<std::uint32_t>(tokens_.size()), static_cast<std::uint32_t>(tokens.size())};
    characters_.append(word);
    tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  }

  void clear() {
    slots_.assign(slot_count, {});
    characters_.clear();
    tokens_.clear();
  }

 private:
  static constexpr std::size_t slot_count = 1 << 14;
  static constexpr std::size_t max_characters = 1 << 18;
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t begin = 0, length = 0;  // length 0: free
    std::uint32_t tokens = 0, token_count = 0;
  };

  static std::uint64_t hash(std::u32string_view word) noexcept {
    std::uint64_t value = 0x9E3779B97F4A7C15u ^ word.size();
    for (const char32_t c : word) {
      value = (value ^ c) * 0xD6E8FEB86659FD93u;
      value ^= value >> 32;
    }
    return value;
  }

  std::vector<Slot> slots_;
  std::u32string characters_;
  std::vector<Token> tokens_;
  std::uint64_t hash_ = 0;
  std::span<const Token> found_;
};

}  // namespace albert
