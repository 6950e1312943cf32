// Pre-training data: from documents to masked examples with a sentence-order label, made on the fly.
//
// A corpus is tokenised once into a token store (a mapped file). Every epoch then cuts it anew into
// pairs of segments, swaps half of them, shuffles and masks them; example i of epoch e is a function
// of the seed alone, so a run can go on anywhere and on any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "albert/export.h"
#include "albert/model.h"
#include "albert/tokenizer.h"
#include "albert/trainer.h"

namespace ALBERT_API albert {

/// What masking must know of a vocabulary.
struct MaskingVocabulary {
  std::vector<bool> starts_word;  ///< [V]: whether a piece begins a word
  std::vector<bool> special;      ///< [V]: neither chosen nor drawn as a replacement
  std::int32_t cls = 0, sep = 0, mask = 0, pad = 0;
};
/// By the pieces: SentencePiece words begin with U+2581, WordPiece continues with "##"; digits, signs and letters beyond
/// ASCII begin a word of their own (is_start_piece of Google's code). Error{value} without [CLS], [SEP], [MASK] or padding.
[[nodiscard]] MaskingVocabulary masking_vocabulary(const Tokenizer& tokenizer);

struct MaskingOptions {
  double masked_lm_prob = 0.15;      ///< of the tokens of an example, specials counted
  std::int64_t max_predictions = 0;  ///< at most so many an example; 0: no other limit (Google's default is 20)
  std::int64_t ngram = 3;            ///< longest n-gram of words; 1: single words
  bool favor_longer_ngram = false;   ///< the probabilities of the lengths the other way round
  bool whole_word_masking = true;
};

struct ExampleOptions {
  std::int64_t max_length = 512;  ///< tokens, the three specials counted
  double short_seq_prob = 0.1;    ///< of examples that aim at a random shorter length
  MaskingOptions masking{};
  std::uint64_t seed = 12345;
};

/// One example: [CLS] A [SEP] B [SEP].
struct PretrainingExample {
  std::vector<std::int32_t> input_ids;
  std::vector<std::int32_t> token_type_ids;  ///< 0 up to the first [SEP], then 1
  std::vector<std::int64_t> labels;          ///< the original id where a token is predicted, -100 elsewhere
  std::int64_t sentence_order_label = 0;     ///< 0 as in the text, 1 swapped
};

/// A corpus of examples, epoch after epoch.
class PretrainingData {
 public:
  /// Opens the token store at `path`. Documents whose number is a multiple of `held_out_every` are held out for evaluation
  /// (0: none are). Error{not_found|io|bad_data|value}.
  PretrainingData(const std::string& path, const Tokenizer& tokenizer, const ExampleOptions& options, std::int64_t held_out_every = 0);
  ~PretrainingData();
  PretrainingData(const PretrainingData&) = delete;
  PretrainingData& operator=(const PretrainingData&) = delete;

  [[nodiscard]] std::int64_t documents() const noexcept;
  [[nodiscard]] std::int64_t sentences() const noexcept;
  [[nodiscard]] std::int64_t tokens() const noexcept;

  /// Examples of an epoch, or of the held-out documents. The plan of an epoch is made when it is first asked for and kept
  /// until another is; it is the same whenever it is made.
  [[nodiscard]] std::int64_t size(std::int64_t epoch);
  [[nodiscard]] std::int64_t held_out_size();
  /// Tokens of an example, before it is made. Error{index}.
  [[nodiscard]] std::int64_t length(std::int64_t epoch, std::int64_t index);
  /// Example `index` of an epoch, in its shuffled order. Error{index}.
  [[nodiscard]] PretrainingExample example(std::int64_t epoch, std::int64_t index);
  [[nodiscard]] PretrainingExample held_out_example(std::int64_t index);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Examples as a padded batch: input_ids, attention_mask, token_type_ids, labels and sentence_order_label.
[[nodiscard]] ModelInputs collate(std::span<const PretrainingExample> examples, std::int32_t pad_token_id);

/// The examples as the trainer asks for them, and the evaluation of a model of AlbertForPreTraining on the held-out ones:
/// loss, masked_lm_loss, masked_lm_accuracy, sentence_order_loss and sentence_order_accuracy over at most `most_examples`.
[[nodiscard]] std::shared_ptr<TrainingData> pretraining_batches(std::shared_ptr<PretrainingData> data, std::int32_t pad_token_id);
[[nodiscard]] std::shared_ptr<Evaluator> pretraining_evaluator(std::shared_ptr<PretrainingData> data, std::int32_t pad_token_id,
                                                               std::int64_t most_examples, std::int64_t batch_tokens = 4096);
/// How Google trained ALBERT (LAMB, linear decay, warm-up over the first fortieth), at a rate for small batches.
[[nodiscard]] TrainingOptions pretraining_options();

/// How a text file is read.
enum class TextFormat {
  automatic,  ///< .jsonl (also compressed): jsonl; other files: document
  document,   ///< a file is a document; paragraphs are set apart by empty lines and split into sentences
  lines,      ///< a sentence a line, documents set apart by empty lines (Google's form)
  jsonl,      ///< an object a line; its "text" is a document as above
};

struct TokenStoreOptions {
  TextFormat format = TextFormat::automatic;
  std::string text_field = "text";  ///< of jsonl
  int threads = 0;                  ///< 0: one a core this process may use
  /// Called now and then with what was read so far; return true to stop with Error{interrupted}.
  std::function<bool(const struct TokenStoreStatistics&)> observer{};
};

struct TokenStoreStatistics {
  std::int64_t files = 0, documents = 0, sentences = 0, tokens = 0;
  std::uint64_t bytes = 0;  ///< of text, decompressed
};

/// Reads texts (files, "-" for standard input, or folders, whose files are taken in the order of their paths; gzip, zstd and
/// xz are decompressed on the way), splits them into sentences, tokenises these and writes the token store at `path`.
/// Memory does not grow with the text. Error{not_found|io|bad_data}, Error{value} when there is no text at all.
TokenStoreStatistics build_token_store(std::span<const std::string> texts, const Tokenizer& tokenizer, const std::string& path,
                                       const TokenStoreOptions& options = {});

/// The sentences of a paragraph: cut after . ! ? and their like, where a capital, a digit or an opening sign follows, but
/// not after titles, initials and common abbreviations; nothing longer than 2,000 bytes stays whole. Blanks at the ends go.
[[nodiscard]] std::vector<std::string> split_sentences(std::string_view paragraph);

}  // namespace ALBERT_API albert
