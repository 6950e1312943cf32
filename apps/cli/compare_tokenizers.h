// Where the slow form, the fast form and SentencePiece itself cut a text differently, and why.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// A text and what each makes of it.
struct TokenizerCuts {
  std::string text;
  std::vector<std::string> slow, fast;
  std::optional<std::vector<std::string>> library;  ///< SentencePiece's; null for WordPiece

  [[nodiscard]] bool agree() const { return slow == fast && (!library || *library == slow); }
};

class TokenizerComparison {
 public:
  /// Of the tokenizer in a folder: with a spiece.model, or of WordPiece. Failure{bad_data|missing}; {failed}: the program
  /// was built without SentencePiece.
  explicit TokenizerComparison(const std::string& directory);
  ~TokenizerComparison();
  TokenizerComparison(const TokenizerComparison&) = delete;
  TokenizerComparison& operator=(const TokenizerComparison&) = delete;

  /// Whether SentencePiece takes part.
  [[nodiscard]] bool has_library() const;
  [[nodiscard]] TokenizerCuts cut(const std::string& text) const;
  /// For people: the text, the cuts, and a line for each reason why they differ.
  [[nodiscard]] std::string report(const TokenizerCuts& cuts) const;

  /// One kind of vocabulary: who cuts, and why they differ.
  class Kind;

 private:
  std::unique_ptr<Kind> kind_;
};

}  // namespace cli
