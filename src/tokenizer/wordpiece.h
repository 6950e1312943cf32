// The WordPiece model of a tokenizer.json.
#pragma once

#include <string>

#include "tokenizer/fast_model.h"
#include "tokenizer/wordpiece_vocabulary.h"

namespace albert {

class WordPieceModel final : public FastModel {
 public:
  WordPieceModel(WordPieceVocabulary vocabulary, std::string unk_token, std::uint64_t max_characters = 100);

  /// A word of more than max_characters, or one that the entries do not cover, is one unknown token.
  void segment(std::string_view text, Workspace& workspace, std::vector<Token>& tokens) const override;
  [[nodiscard]] std::size_t size() const noexcept override { return vocabulary_.size(); }
  [[nodiscard]] std::size_t distinct_size() const noexcept override { return vocabulary_.size(); }
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const noexcept override { return vocabulary_.find(text); }
  [[nodiscard]] std::optional<std::string_view> find_id(std::uint32_t id) const noexcept override { return vocabulary_.find_id(id); }
  void for_each(const std::function<void(std::string_view, std::int32_t)>& visit) const override {
    vocabulary_.for_each([&](std::string_view text, std::uint32_t id) { visit(text, static_cast<std::int32_t>(id)); });
  }
  [[nodiscard]] bool has_subword_prefix() const noexcept override { return !vocabulary_.prefix().empty(); }
  void write(PrettyJson& out) const override;
  [[nodiscard]] File file() const override { return {"vocab.txt", vocabulary_.lines()}; }

 private:
  WordPieceVocabulary vocabulary_;
  std::string unk_token_;
  std::optional<std::uint32_t> unk_id_;
  std::uint64_t max_characters_;
};

}  // namespace albert
