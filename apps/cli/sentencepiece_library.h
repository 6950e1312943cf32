// The door to the library SentencePiece: it trains vocabularies, and is the judge of our own encoder.
//
// Only this file's source knows the library, so that nothing but the program depends on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cli {

/// What the unigram trainer is told; the defaults are Google's flags for ALBERT.
struct SentencePieceTraining {
  std::int64_t vocab_size = 30000;
  double character_coverage = 0.99995;
  std::int64_t input_sentence_size = 10'000'000;  ///< sentences drawn from the text; 0: all
  std::int64_t max_sentence_length = 4192;        ///< bytes; longer ones are left out
  std::int64_t max_piece_length = 16;             ///< characters
  std::vector<std::string> control_symbols = {"[CLS]", "[SEP]", "[MASK]"};
  std::vector<std::string> user_defined_symbols = {"(", ")", "\"", "-", ".", "–", "£", "€"};
  std::uint32_t seed = 12345;
  std::int64_t threads = 16;
  bool verbose = false;  ///< the trainer's log on standard error
};

/// The model file of a vocabulary for the sentences that `next` gives, until it says false.
/// Failure{failed} without the library, Failure{bad_data} with the trainer's reason; what `next` throws.
[[nodiscard]] std::string train_sentencepiece(const SentencePieceTraining& training, const std::function<bool(std::string&)>& next);

/// SentencePiece's own encoder.
class SentencePieceJudge {
 public:
  explicit SentencePieceJudge(const std::string& model_file);  ///< Failure{failed} without the library, {bad_data}
  ~SentencePieceJudge();
  [[nodiscard]] std::vector<std::string> encode(const std::string& text) const;
  /// The sum of the pieces' scores; what is unknown counts nothing.
  [[nodiscard]] double score(const std::vector<std::string>& pieces) const;
  /// Whether a piece is a user-defined symbol, which always is a piece of its own.
  [[nodiscard]] bool is_user_defined(const std::string& piece) const;
  /// Whether a piece is control or the unknown one, which no text gives.
  [[nodiscard]] bool is_reserved(const std::string& piece) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cli
