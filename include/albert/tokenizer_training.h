// What the training of a tokenizer's vocabulary takes: text as the tokenizer will see it, and the WordPiece trainer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "albert/export.h"

namespace ALBERT_API albert {

/// The arguments of AlbertTokenizer that change a text before SentencePiece sees it.
struct PreprocessOptions {
  bool do_lower_case = true;
  bool remove_space = true;
  bool keep_accents = false;
};

/// AlbertTokenizer's preprocess_text: white space joined, `` and '' as ", marks dropped (NFKD), lower case. Bytes that are
/// not UTF-8 become U+FFFD.
[[nodiscard]] std::string preprocess_albert_text(std::string_view text, const PreprocessOptions& options = {});

/// The settings of the reference's BertWordPieceTokenizer.train, with its defaults.
struct WordPieceTraining {
  std::size_t vocab_size = 30000;
  std::uint32_t min_frequency = 2;                   ///< pairs that are seen less often are not merged
  std::optional<std::size_t> limit_alphabet = 1000;  ///< so many characters, the most frequent ones
  std::vector<std::string> initial_alphabet{};       ///< characters that are kept whatever the text is
  std::vector<std::string> special_tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};  ///< they come first
  std::string continuing_prefix = "##";
};

/// Words of a text and how often each occurs.
using WordCounts = std::vector<std::pair<std::string, std::uint32_t>>;

/// The arguments of BertTokenizerFast that change what its words are.
struct BertWordOptions {
  bool do_lower_case = true;
  std::optional<bool> strip_accents{};  ///< null: when lower-casing
  bool tokenize_chinese_chars = true;
};

/// Counts the words of texts as BertTokenizerFast cuts them, in the order in which they first come up.
class BertWordCounter {
 public:
  explicit BertWordCounter(const BertWordOptions& options = {});
  ~BertWordCounter();
  BertWordCounter(const BertWordCounter&) = delete;
  BertWordCounter& operator=(const BertWordCounter&) = delete;

  void add(std::string_view text);  ///< Error{resource}: more than 12 million characters
  [[nodiscard]] const WordCounts& counts() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The words that WordPiece is given for a text by the slow form (BertTokenizer) and by the fast one.
struct BertWords {
  std::vector<std::string> slow, fast;
};
/// Bytes that are not UTF-8 become U+FFFD. Error{resource}: more than 12 million characters.
[[nodiscard]] BertWords bert_words(std::string_view text, const BertWordOptions& options = {});

/// The vocabulary, by id: special tokens, single characters, then merged pairs by frequency, as the `tokenizers` library's
/// WordPieceTrainer finds them. There the ids of continuing characters, and with them which of equally frequent pairs
/// comes first, are another at every run; here the order of the words decides. Error{value}: a word that is not UTF-8.
[[nodiscard]] std::vector<std::string> train_wordpiece(const WordCounts& words, const WordPieceTraining& training = {});

}  // namespace ALBERT_API albert
