// Fine-tuning: labelled examples as batches for the trainer, and the model to start from.
//
// Texts are tokenised once, in parallel, and kept as ids; a batch is padded to its longest row. Preprocessing and
// labels are those of the reference's guides and of its collators. Whatever is random is a function of (seed, epoch, example).
//
//   const auto data = albert::read_text_data({.files = {"train.tsv"}});
//   const auto set = albert::label_set(data.labels);
//   const auto started = albert::start_model(ModelClass::sequence_classification, path, {.labels = set});
//   albert::Trainer trainer(started.model, albert::text_classification_batches(data, *tokenizer, started.model.config()), options);
//   trainer.set_evaluator(albert::text_classification_evaluator(dev, tokenizer));
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "albert/datasets.h"
#include "albert/evaluation.h"
#include "albert/export.h"
#include "albert/model.h"
#include "albert/tokenizer.h"
#include "albert/trainer.h"

namespace ALBERT_API albert {

// --- the model to start from ---

struct StartOptions {
  std::string task{};                 ///< "text-classification": the head of that name, where the folder has several
  std::vector<std::string> labels{};  ///< by id; empty: those of the model, or what the configuration says
  std::string problem_type{};         ///< empty: as the configuration says
  std::string finetuning_task{};      ///< the same
  std::shared_ptr<const Device> device{};
  std::uint64_t seed = 42;  ///< of parameters that are new
};

struct StartedModel {
  AlbertPreTrainedModel model;
  std::vector<std::string> new_parameters{};  ///< those with random values
};

/// The model of a folder (or embedded_model(), or a weight file) as that class. Its head is a new one when the folder has none, is of
/// another class, or has other labels. Error as from_pretrained; Error{value} when tensors besides the head's do not fit the configuration.
[[nodiscard]] StartedModel start_model(ModelClass model_class, const std::string& path, const StartOptions& options = {});
/// Random values.
[[nodiscard]] StartedModel start_model(ModelClass model_class, AlbertConfig config, const StartOptions& options = {});

// --- examples ---

struct EncodingOptions {
  std::int64_t max_length = 0;  ///< tokens of a row; 0: as many as tokenizer and model take
  int threads = 0;              ///< 0: one a core this process may use
};

// Each of these: Error{bad_data} that names the place of an example or label that does not fit the model, Error{value} when nothing is
// left to train on or for options out of range.

/// By config.problem_type: a class (labels int64 [B]), several (float32 [B, L]) or a number (float32 [B]).
[[nodiscard]] std::shared_ptr<TrainingData> text_classification_batches(const TextData& data, const Tokenizer& tokenizer,
                                                                        const AlbertConfig& config, const EncodingOptions& options = {});

/// Labels int64 [B, S]: that of a word at its first piece, -100 elsewhere. Sentences without any such piece are left out.
/// The tokenizer must be fast.
[[nodiscard]] std::shared_ptr<TrainingData> token_classification_batches(TokenData data, const Tokenizer& tokenizer,
                                                                         const AlbertConfig& config, const EncodingOptions& options = {});

struct QuestionWindowOptions {
  std::int64_t max_length = 0;    ///< tokens of a window; 0: 384, or as many as tokenizer and model take
  std::int64_t doc_stride = 128;  ///< tokens that a window shares with the next; less where windows are small
  int threads = 0;
};
/// Every window of every context (spec: run_qa of the reference; the first answer counts). A window that does not hold the whole answer,
/// or whose question has none, points at [CLS]. The tokenizer must be fast.
[[nodiscard]] std::shared_ptr<TrainingData> question_answering_batches(const QuestionData& data, const Tokenizer& tokenizer,
                                                                       const AlbertConfig& config,
                                                                       const QuestionWindowOptions& options = {});

/// Inputs [B, K, S], labels int64 [B]. All examples must have the same number of choices.
[[nodiscard]] std::shared_ptr<TrainingData> multiple_choice_batches(const ChoiceData& data, const Tokenizer& tokenizer,
                                                                    const AlbertConfig& config, const EncodingOptions& options = {});

struct MaskedLanguageOptions {
  std::int64_t block_size = 128;  ///< texts are put end to end and cut into blocks, the rest is left out; 0: a row a text
  double mlm_probability = 0.15;  ///< of the tokens that are not special
  std::uint64_t seed = 42;
  EncodingOptions encoding{};
};
/// The reference's DataCollatorForLanguageModeling: of the tokens that are chosen 80 % become [MASK] and 10 % any token, anew in every
/// epoch. A batch in which none was chosen gets one. Rows without a token that can be chosen are left out.
[[nodiscard]] std::shared_ptr<TrainingData> masked_language_batches(const TextData& data, const Tokenizer& tokenizer,
                                                                    const AlbertConfig& config, const MaskedLanguageOptions& options = {});

/// What sentence vectors learn from pairs of texts.
enum class EmbeddingLoss {
  contrastive,  ///< the second text of a pair is closer to the first than those of the batch's other pairs (cross-entropy of cosines)
  cosine,       ///< the cosine of a pair is its label (mean squared error)
};
struct EmbeddingOptions {
  EmbeddingLoss loss = EmbeddingLoss::contrastive;
  Pooling pooling = Pooling::mean;  ///< cls or mean, as FeatureExtractionPipeline pools
  double scale = 20;                ///< contrastive: cosines are multiplied by it
  EncodingOptions encoding{};
};
/// For AlbertModel: a batch holds the first texts of its pairs and then the second ones, [2B, S]. The loss is TrainingData::loss().
/// cosine: labels are numbers; those beyond [-1, 1] are divided by the largest (STS-B's 0 ... 5).
[[nodiscard]] std::shared_ptr<TrainingData> sentence_embedding_batches(const TextData& data, const Tokenizer& tokenizer,
                                                                       const AlbertConfig& config, const EmbeddingOptions& options = {});

// --- evaluation between updates ---

struct EvaluatorOptions {
  /// The figure that counts. Empty: accuracy of classes and choices, f1 of label sets, entities and answers, pearson of numbers, the loss
  /// of masked-language-modelling, spearmanr (labels) or mrr (none) of sentence vectors.
  std::string metric{};
  EvaluationOptions evaluation{};
};

// The figures are those of evaluate_...(), the details name up to 20 mistakes of which the model was most sure.
// evaluate() is Error{value} when there is no figure of the name `metric`.
[[nodiscard]] std::shared_ptr<Evaluator> text_classification_evaluator(const std::shared_ptr<const TextData>& data,
                                                                       const std::shared_ptr<const Tokenizer>& tokenizer,
                                                                       const EvaluatorOptions& options = {});
[[nodiscard]] std::shared_ptr<Evaluator> token_classification_evaluator(const std::shared_ptr<const TokenData>& data,
                                                                        const std::shared_ptr<const Tokenizer>& tokenizer,
                                                                        const EvaluatorOptions& options = {});
[[nodiscard]] std::shared_ptr<Evaluator> question_answering_evaluator(const std::shared_ptr<const QuestionData>& data,
                                                                      const std::shared_ptr<const Tokenizer>& tokenizer,
                                                                      const EvaluatorOptions& options = {});
[[nodiscard]] std::shared_ptr<Evaluator> multiple_choice_evaluator(const std::shared_ptr<const ChoiceData>& data,
                                                                   const std::shared_ptr<const Tokenizer>& tokenizer,
                                                                   const EvaluatorOptions& options = {});
[[nodiscard]] std::shared_ptr<Evaluator> masked_language_evaluator(const std::shared_ptr<const TextData>& data,
                                                                   const std::shared_ptr<const Tokenizer>& tokenizer,
                                                                   const EvaluatorOptions& options = {});
/// Pairs with numbers (cosine): spearmanr and pearson of their cosines. Pairs without: mrr and accuracy of finding the second text of a
/// pair among all second texts. The model is an AlbertModel.
[[nodiscard]] Evaluation evaluate_sentence_embedding(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                                     const EmbeddingOptions& embedding, const EvaluationOptions& options = {});
[[nodiscard]] std::shared_ptr<Evaluator> sentence_embedding_evaluator(const std::shared_ptr<const TextData>& data,
                                                                      const std::shared_ptr<const Tokenizer>& tokenizer,
                                                                      const EmbeddingOptions& embedding,
                                                                      const EvaluatorOptions& options = {});

}  // namespace ALBERT_API albert
