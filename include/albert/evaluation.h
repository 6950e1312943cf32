// Evaluation: labelled data through a model, or beside predictions that are there already, to metrics.
//
// The rows go the way of the pipelines: tokenised in parallel, batched by tokens, sorted by length inside.
// Metrics are members of a JSON object, by the names that the reference's metrics have. The loss is the one
// that the reference's Trainer.evaluate reports: the model's own mean over each batch of batch_size examples
// in their order, averaged with the batches' sizes as weights. (A batch without any label is left out; there it
// would make the result NaN.)
//
//   const auto data = albert::read_text_data({.files = {"dev.tsv"}});
//   const auto loaded = albert::load_task_model("text-classification", "path/to/model");
//   const auto result = albert::evaluate_text_classification(*loaded.model, *loaded.tokenizer, data);
//   result.metrics.find("accuracy")->as_double();
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "albert/datasets.h"
#include "albert/export.h"
#include "albert/json.h"
#include "albert/metrics.h"
#include "albert/model.h"
#include "albert/pipelines.h"
#include "albert/tokenizer.h"

namespace ALBERT_API albert {

/// A model with its tokenizer.
struct TaskModel {
  std::shared_ptr<const AlbertPreTrainedModel> model{};
  std::shared_ptr<const Tokenizer> tokenizer{};
};

/// The tasks that have an evaluation: "text-classification", "token-classification", "question-answering", "multiple-choice",
/// "masked-language-modelling", "sentence-order", "fill-mask".
[[nodiscard]] std::span<const std::string_view> evaluation_tasks();
/// Loads the class of a task, as its pipeline does. Error{key} for an unknown task, Error{bad_data} for a missing head.
[[nodiscard]] TaskModel load_task_model(std::string_view task, const std::string& path, const PipelineOptions& options = {});

struct EvaluationOptions {
  std::int64_t batch_tokens = 2048;  ///< tokens in one call of the model, at most (but at least one row)
  Padding padding = Padding::packed;
  std::int64_t batch_size = 8;  ///< examples whose mean loss counts together
  std::int64_t max_length = 0;  ///< tokens of a row, longer ones are cut; 0: as many as tokenizer and model take
  bool keep_predictions = false;
  std::function<void(std::size_t done, std::size_t total)> progress{};  ///< called between batches of examples; may throw to stop

  double threshold = 0.5;                     ///< several labels: the probability above which one is predicted
  TagScheme tag_scheme = TagScheme::lenient;  ///< token-classification
  QuestionAnsweringOptions question_answering{};
  double no_answer_threshold = 0.5;  ///< question-answering: "no answer" above this probability of it
  std::int64_t block_size = 128;     ///< masked-language-modelling: texts end to end, cut into blocks; 0: a row a text
  double mlm_probability = 0.15;
  std::uint64_t seed = 42;
};

struct Evaluation {
  Json metrics{};                     ///< an object; by_label and by_type are objects of {precision, recall, f1, support}
  std::vector<std::string> labels{};  ///< of `confusion`
  std::vector<std::pair<std::int32_t, std::int32_t>> pairs{};  ///< truth and prediction of each example that has one class
  std::vector<Json> predictions{};                             ///< one an example (with keep_predictions), in their order
  std::vector<std::string> warnings{};
};

// With a model. Error{bad_data} for labels that the model does not have and for an example that it cannot take, with its place;
// Error{value} when there are no examples or the model is of another class.

/// By the configuration and the labels: one class (accuracy, f1 ... ), several (a label_set each), or a number.
[[nodiscard]] Evaluation evaluate_text_classification(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                                      const EvaluationOptions& options = {});
/// The tag of a word is the one of its first piece, as in the reference's guide; words that were cut off or have no piece do not count.
/// The tokenizer must be fast.
[[nodiscard]] Evaluation evaluate_token_classification(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, TokenData data,
                                                       const EvaluationOptions& options = {});
/// Answers from all windows, scored as SQuAD 2.0 when some question may have none, else as 1.1. The loss is that of the guide: of
/// the first window, against (0, 0) where it does not hold the first answer; only where the data say where answers start.
[[nodiscard]] Evaluation evaluate_question_answering(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer,
                                                     const QuestionData& data, const EvaluationOptions& options = {});
[[nodiscard]] Evaluation evaluate_multiple_choice(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const ChoiceData& data,
                                                  const EvaluationOptions& options = {});
/// Perplexity and accuracy at masked tokens, which the seed chooses; masked as the reference's collator does.
[[nodiscard]] Evaluation evaluate_masked_language(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                                  const EvaluationOptions& options = {});
/// Pairs with a label: 0 or "ordered", 1 or "swapped". Unlabelled pairs are taken as ordered, and swapped once more.
[[nodiscard]] Evaluation evaluate_sentence_order(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                                 const EvaluationOptions& options = {});
/// Texts with one [MASK] and the word that belongs there as label: its rank among all pieces.
[[nodiscard]] Evaluation evaluate_fill_mask(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                            const EvaluationOptions& options = {});

// Predictions that are there already.

/// One prediction a line: a JSON value where the line is one, else its text. Empty lines are passed over.
[[nodiscard]] std::vector<Json> read_predictions(const DataOptions& options);
/// The same for tags; a file of CoNLL columns (by its name: .conll, .iob, .iob2, .bio, .bioes) gives a list a sentence.
[[nodiscard]] std::vector<Json> read_tag_predictions(const DataOptions& options);
/// SQuAD's {"id": "answer"}; JSON lines with id and prediction_text (or text, answer) too. Error{bad_data}.
[[nodiscard]] AnswerTexts read_answer_texts(const DataOptions& options);
/// {"id": probability}. Error{bad_data}.
[[nodiscard]] NoAnswerProbabilities read_no_answer_probabilities(const DataOptions& options);

// Error{bad_data} for a prediction that is none, and when there are not as many as examples.

/// Predictions: a label, {"label": ...}, the list of a pipeline (the first counts; of several labels those above the threshold), a list
/// of labels, or a number. The labels are those of data and predictions together; of two the second is the positive one, or the one named.
[[nodiscard]] Evaluation score_text_predictions(const TextData& data, const std::vector<Json>& predictions,
                                                const EvaluationOptions& options = {}, const std::string& positive = "");
/// Predictions: a list of tags, or {"tags": [...]}; as text a line a sentence with blanks between the tags.
[[nodiscard]] Evaluation score_tag_predictions(const TokenData& data, const std::vector<Json>& predictions,
                                               const EvaluationOptions& options = {});
/// Predictions: a number from 0, {"choice": ...}, or the list of the pipeline, best first.
[[nodiscard]] Evaluation score_choice_predictions(const ChoiceData& data, const std::vector<Json>& predictions);

// Without a model: metrics of predictions. Error{value} for lists of different lengths.

/// accuracy, f1, precision, recall (of class `positive` where there are two, else the macro means), f1_macro, ... matthews_correlation.
[[nodiscard]] Json class_metrics(std::span<const std::int32_t> truths, std::span<const std::int32_t> predictions,
                                 const std::vector<std::string>& labels, std::int32_t positive = 1);
/// accuracy (of whole sets), f1, precision, recall (micro), f1_macro, ...
[[nodiscard]] Json label_set_metrics(std::span<const std::vector<std::int32_t>> truths,
                                     std::span<const std::vector<std::int32_t>> predictions, const std::vector<std::string>& labels);
/// pearson, spearmanr, mse, mae.
[[nodiscard]] Json number_metrics(std::span<const double> truths, std::span<const double> predictions);
/// precision, recall, f1, accuracy, f1_macro, by_type: seqeval's.
[[nodiscard]] Json tag_metrics(std::span<const Tags> truths, std::span<const Tags> predictions, TagScheme scheme = TagScheme::lenient,
                               std::vector<std::string>* warnings = nullptr);
/// exact_match, f1 and, for SQuAD 2.0, HasAns_..., NoAns_..., best_...; `no_answer` empty: every probability is 0.
[[nodiscard]] Json answer_metrics(const QuestionData& data, const AnswerTexts& predictions, bool version2,
                                  const NoAnswerProbabilities& no_answer = {}, double threshold = 1.0,
                                  std::vector<std::string>* warnings = nullptr);

}  // namespace ALBERT_API albert
