// The Unigram model of a tokenizer.json: a vocabulary with scores, and the best way to cut a
// pre-token into its entries.
//
// Not the segmentation of SentencePiece, though close to it: sums are in float64, every entry takes
// part with its stored score, and a character without an entry costs less than any of them. All
// entries, ids and ties are as in the `tokenizers` library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/fast_model.h"
#include "tokenizer/piece_trie.h"

namespace albert {

class UnigramModel final : public FastModel {
 public:
  /// Texts of the entries, end to end, with the position where each ends.
  struct Vocabulary {
    std::string texts;
    std::vector<std::uint32_t> ends;
    std::vector<double> scores;
    void add(std::string_view text, double score);
    [[nodiscard]] std::size_t size() const noexcept { return ends.size(); }
    [[nodiscard]] std::string_view text(std::size_t id) const noexcept {
      const std::uint32_t begin = id == 0 ? 0 : ends[id - 1];
      return std::string_view(texts).substr(begin, ends[id] - begin);
    }
  };

  /// Error{bad_data}: an unknown id outside the vocabulary, a NUL in an entry, a score that is no number.
  UnigramModel(Vocabulary vocabulary, std::optional<std::uint32_t> unk_id, bool byte_fallback);

  void segment(std::string_view text, Workspace& workspace, std::vector<Token>& tokens) const override;
  [[nodiscard]] std::size_t size() const noexcept override { return vocabulary_.size(); }
  [[nodiscard]] std::size_t distinct_size() const noexcept override { return distinct_; }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const noexcept override;
  [[nodiscard]] std::optional<std::string_view> find_id(std::uint32_t id) const noexcept override {
    if (id >= vocabulary_.size()) return std::nullopt;
    return vocabulary_.text(id);
  }
  void write(PrettyJson& out) const override;
  [[nodiscard]] File file() const override;

 private:
  void push_unknown(std::string_view text, std::size_t begin, std::size_t end, std::vector<Token>& tokens) const;

  Vocabulary vocabulary_;
  PieceTrie trie_;
  std::optional<std::uint32_t> empty_entry_;  // the id of the text ""
  std::optional<std::uint32_t> unk_id_;
  bool byte_fallback_ = false;
  double unknown_score_ = 0;
  std::size_t distinct_ = 0;
};

}  // namespace albert
