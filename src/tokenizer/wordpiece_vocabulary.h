// The vocabulary of WordPiece: texts with their ids, and the greedy longest match of a word against them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/piece_trie.h"

namespace albert {

class WordPieceVocabulary {
 public:
  /// Texts and ids in the order of a file; of a repeated text the last id counts.
  class Builder {
   public:
    /// Error{resource}: over 2^24 texts or 4 GiB. Error{bad_data}: an id over 2^31 - 1.
    void add(std::string_view text, std::uint64_t id);

   private:
    friend class WordPieceVocabulary;
    std::string texts_;
    std::vector<std::uint32_t> ends_, ids_;
  };

  /// `prefix`: what an entry that goes on within a word begins with. Error{resource}: over 2^26 bytes.
  WordPieceVocabulary(Builder texts, std::string_view prefix);
  /// The lines of a vocab.txt, numbered from 0. As Python reads it: LF, CR LF and CR end a line, and nothing but the end of
  /// a line is cut off. Error{bad_data}: not UTF-8.
  static WordPieceVocabulary from_lines(std::string_view text, std::string_view name, std::string_view prefix);

  /// Distinct texts.
  [[nodiscard]] std::size_t size() const noexcept { return distinct_; }
  [[nodiscard]] const std::string& prefix() const noexcept { return prefix_; }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const noexcept;
  /// Null when there is no such id.
  [[nodiscard]] std::optional<std::string_view> find_id(std::uint32_t id) const noexcept;

  /// Cuts a word (valid UTF-8) from the left into the longest entries, with the prefix from the second on: calls
  /// push(id, begin, end) with the bytes that each stands for. False when nothing fits somewhere; what was pushed is void
  /// then. (Entries with a NUL character are never found here.)
  template <class Push>
  bool cut(std::string_view word, Push&& push) const {
    for (std::size_t begin = 0; begin < word.size();) {
      const PieceTrie& trie = begin == 0 || prefix_.empty() ? words_ : rest_;
      const auto [length, entry] = trie.longest_prefix(word.substr(begin));
      if (length == 0) return false;
      push(ids_[entry], begin, begin + length);
      begin += length;
    }
    return true;
  }

  /// Calls visit(text, id) by id.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const std::uint32_t entry : by_id_) visit(text(entry), ids_[entry]);
  }
  /// The content of a vocab.txt: the texts by id, a line each.
  [[nodiscard]] std::string lines() const;

 private:
  [[nodiscard]] std::string_view text(std::uint32_t entry) const noexcept {
    const std::uint32_t begin = entry == 0 ? 0 : ends_[entry - 1];
    return std::string_view(texts_).substr(begin, ends_[entry] - begin);
  }

  std::string prefix_;
  std::string texts_;  // of all entries, end to end
  std::vector<std::uint32_t> ends_, ids_;
  std::vector<std::uint32_t> by_id_;  // entries; of those with the same id, the last
  std::size_t distinct_ = 0;
  PieceTrie words_;                                     // texts to entries, for the beginning of a word
  PieceTrie rest_;                                      // the same for what begins with the prefix, without it
  std::unordered_map<std::string, std::uint32_t> odd_;  // what a trie cannot hold: "" and texts with NUL
};

}  // namespace albert
