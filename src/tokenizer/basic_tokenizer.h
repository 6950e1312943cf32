// BERT's basic tokenisation, as the reference does it in Python: a text to words, ready for WordPiece.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace albert {

class BasicTokenizer {
 public:
  struct Options {
    bool do_lower_case = true;
    bool tokenize_chinese_chars = true;
    std::optional<bool> strip_accents{};  // null: as do_lower_case
  };
  /// Words that are left as they are.
  using Words = std::unordered_set<std::string>;

  explicit BasicTokenizer(const Options& options) : options_(options) {}

  /// The words of a text (valid UTF-8): cleaned, in NFC, cut at white space and around ideographs and punctuation,
  /// lower-cased and without accents on demand.
  [[nodiscard]] std::vector<std::string> tokenize(std::string_view text, const Words& never_split) const;

 private:
  /// Without control characters, with U+0020 for tab, LF, CR and category Zs, and around ideographs.
  [[nodiscard]] std::string clean(std::string_view text) const;

  Options options_;
};

}  // namespace albert
