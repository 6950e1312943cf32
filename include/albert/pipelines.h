// The tasks: strings in, named results out.
//
// A pipeline is a model with its tokenizer and the rules of one task: fill-mask, text, token and
// zero-shot classification, question answering, feature extraction as in the reference
// (transformers 4.34, pipelines), multiple choice and sentence order as this project defines them.
// Option names, defaults, results and error kinds are the reference's. Offsets count code points.
//
//   auto fill_mask = albert::FillMaskPipeline::from_pretrained("path/to/model");
//   for (const auto& candidate : fill_mask("Paris is the [MASK] of France.").front())
//     std::cout << candidate.score << ' ' << candidate.token_str << '\n';
//
// operator() answers one input and throws. run() answers many: rows are tokenised in parallel,
// batched by token count and sorted by length inside; results come back in the order of the inputs,
// and a row that fails has its error in its place. Pipelines are const and may be shared by threads.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "albert/error.h"
#include "albert/export.h"
#include "albert/json.h"
#include "albert/model.h"
#include "albert/tensor.h"
#include "albert/tokenizer.h"

namespace ALBERT_API albert {

/// What became of one row: its result, or the error that stands in its place.
template <class T>
class Outcome {
 public:
  Outcome(T value) : content_(std::move(value)) {}
  Outcome(Error error) : content_(std::move(error)) {}
  [[nodiscard]] bool ok() const noexcept { return content_.index() == 0; }
  /// The result. Throws the row's error when there is none.
  [[nodiscard]] const T& value() const& {
    if (!ok()) throw error();
    return std::get<0>(content_);
  }
  [[nodiscard]] T&& value() && {
    if (!ok()) throw error();
    return std::get<0>(std::move(content_));
  }
  [[nodiscard]] const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

/// How a pipeline is loaded and how it computes.
struct PipelineOptions {
  std::shared_ptr<const Device> device{};  ///< null: default_device()
  Flavor flavor = Flavor::pytorch;
  bool use_fast = true;              ///< the fast tokenizer where there is one
  Json tokenizer_overrides{};        ///< keyword arguments of the tokenizer
  Json config_overrides{};           ///< keyword arguments of the configuration
  std::int64_t batch_tokens = 2048;  ///< tokens in one call of the model, at most (but at least one row)
  Padding padding = Padding::packed;
};

/// For `top_k`: everything there is (the reference's None).
inline constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

/// What all pipelines have in common.
class Pipeline {
 public:
  [[nodiscard]] const AlbertPreTrainedModel& model() const noexcept { return *model_; }
  [[nodiscard]] const Tokenizer& tokenizer() const noexcept { return *tokenizer_; }
  [[nodiscard]] const PipelineOptions& options() const noexcept { return options_; }

 protected:
  using ModelPointer = std::shared_ptr<const AlbertPreTrainedModel>;
  using TokenizerPointer = std::shared_ptr<const Tokenizer>;
  Pipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options);

  ModelPointer model_;
  TokenizerPointer tokenizer_;
  PipelineOptions options_;
};

// Every pipeline below has
//   Input, Options, Result             the types of one row, of the call's parameters, of one answer
//   Pipeline(model, tokenizer, ...)    Error{type} for a model of another class
//   from_pretrained(path, ...)         Error{bad_data} when the file lacks a weight that the task uses
//   check(options)                     Error{value|type|key} for options that can serve no input; returns
//                                      the warnings that the reference would log for them
//   operator()(input, options)         one input; throws
//   run(inputs, options)               many; never throws for a row, only for what check() refuses
//   to_json(result, options)           the value that the reference's pipeline returns for one input

// --- fill-mask ---

struct FillMaskOptions {
  std::int64_t top_k = 5;
  std::optional<std::vector<std::string>> targets{};  ///< pieces or words to choose among
  CallOptions tokenizer_kwargs{};                     ///< truncation, max_length ...
};

struct FillMaskCandidate {
  double score = 0;  ///< softmax over the whole vocabulary
  std::int32_t token = 0;
  std::string token_str{};
  std::string sequence{};  ///< the text with the mask replaced
};

class FillMaskPipeline : public Pipeline {
 public:
  using Input = std::string;
  using Options = FillMaskOptions;
  using Result = std::vector<std::vector<FillMaskCandidate>>;  ///< one list a mask, best first
  FillMaskPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options = {});
  static FillMaskPipeline from_pretrained(const std::string& path, PipelineOptions options = {});
  std::vector<std::string> check(const Options& options) const;
  [[nodiscard]] Result operator()(const Input& text, const Options& options = {}) const;
  [[nodiscard]] std::vector<Outcome<Result>> run(std::span<const Input> texts, const Options& options = {}) const;
  [[nodiscard]] static Json to_json(const Result& result, const Options& options = {});
};

// --- text-classification ---

struct TextClassificationOptions {
  /// Not set: only the best label, as one object. kAll: every label, sorted.
  std::optional<std::int64_t> top_k{};
  std::optional<std::string> function_to_apply{};  ///< "sigmoid", "softmax", "none"; null: by the configuration
  std::optional<bool> return_all_scores{};         ///< old form: every label, unsorted. Ignored with top_k
  CallOptions tokenizer_kwargs{};
};

struct LabelScore {
  std::string label{};
  double score = 0;
};

class TextClassificationPipeline : public Pipeline {
 public:
  using Input = TextInput;
  using Options = TextClassificationOptions;
  struct Result {
    std::vector<LabelScore> labels{};
    bool single = false;  ///< the old form: one label, not a list
  };
  TextClassificationPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options = {});
  static TextClassificationPipeline from_pretrained(const std::string& path, PipelineOptions options = {});
  std::vector<std::string> check(const Options& options) const;
  [[nodiscard]] Result operator()(const Input& input, const Options& options = {}) const;
  [[nodiscard]] std::vector<Outcome<Result>> run(std::span<const Input> inputs, const Options& options = {}) const;
  [[nodiscard]] static Json to_json(const Result& result, const Options& options = {});
};

// --- token-classification ---

enum class AggregationStrategy { none, simple, first, average, max };
/// By name, in either case; Error{key}.
[[nodiscard]] AggregationStrategy aggregation_strategy_from_string(std::string_view name);

struct TokenClassificationOptions {
  std::optional<AggregationStrategy> aggregation_strategy{};  ///< not set: none
  std::vector<std::string> ignore_labels = {"O"};
  std::optional<std::int64_t> stride{};                  ///< overlap of windows over a long text; fast only
  std::optional<std::vector<Offsets>> offset_mapping{};  ///< one for each token, instead of the tokenizer's
};

struct Entity {
  bool group = false;  ///< `label` is an entity_group, there is no index
  std::string label{};
  double score = 0;
  std::int64_t index = 0;  ///< of the token in its window, specials counted
  std::string word{};
  std::optional<std::int64_t> start{}, end{};  ///< null with a slow tokenizer
};

class TokenClassificationPipeline : public Pipeline {
 public:
  using Input = std::string;
  using Options = TokenClassificationOptions;
  using Result = std::vector<Entity>;
  TokenClassificationPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options = {});
  static TokenClassificationPipeline from_pretrained(const std::string& path, PipelineOptions options = {});
  std::vector<std::string> check(const Options& options) const;
  [[nodiscard]] Result operator()(const Input& text, const Options& options = {}) const;
  [[nodiscard]] std::vector<Outcome<Result>> run(std::span<const Input> texts, const Options& options = {}) const;
  [[nodiscard]] static Json to_json(const Result& result, const Options& options = {});
};

// --- question-answering ---

struct QuestionAnsweringOptions {
  std::int64_t top_k = 1;
  std::optional<std::int64_t> doc_stride{};   ///< fast: overlap of windows; slow: step. Null: min(max_seq_len / 2, 128)
  std::optional<std::int64_t> max_seq_len{};  ///< null: min(model_max_length, 384)
  std::int64_t max_answer_len = 15;           ///< tokens
  std::int64_t max_question_len = 64;         ///< tokens; slow only
  bool handle_impossible_answer = false;
  bool align_to_words = true;
};

struct QuestionInput {
  std::string question{};
  std::string context{};
};

struct Answer {
  double score = 0;
  std::int64_t start = 0;  ///< code points of the context
  std::int64_t end = 0;
  std::string answer{};
};

class QuestionAnsweringPipeline : public Pipeline {
 public:
  using Input = QuestionInput;
  using Options = QuestionAnsweringOptions;
  using Result = std::vector<Answer>;  ///< best first; may be empty
  QuestionAnsweringPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options = {});
  static QuestionAnsweringPipeline from_pretrained(const std::string& path, PipelineOptions options = {});
  std::vector<std::string> check(const Options& options) const;
  [[nodiscard]] Result operator()(const Input& input, const Options& options = {}) const;
  [[nodiscard]] std::vector<Outcome<Result>> run(std::span<const Input> inputs, const Options& options = {}) const;
  /// One answer gives an object, several (or none) a list.
  [[nodiscard]] static Json to_json(const Result& result, const Options& options = {});
};

// --- zero-shot-classification ---

struct ZeroShotClassificationOptions {
  std::vector<std::string> candidate_labels{};
  std::string hypothesis_template = "This example is {}.";  ///< {} stands for the label; {{ and }} for braces
  bool multi_label = false;
};

class ZeroShotClassificationPipeline : public Pipeline {
 public:
  using Input = std::string;
  using Options = ZeroShotClassificationOptions;
  struct Result {
    std::string sequence{};
    std::vector<LabelScore> labels{};  ///< best first
  };
  ZeroShotClassificationPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options = {});
  static ZeroShotClassificationPipeline from_pretrained(const std::string& path, PipelineOptions options = {});
  /// "a, b" as labels: split at commas, blanks stripped, empty ones dropped.
  [[nodiscard]] static std::vector<std::string> parse_labels(std::string_view text);
  std::vector<std::string> check(const Options& options) const;
  [[nodiscard]] Result operator()(const Input& text, const Options& options = {}) const;
  [[nodiscard]] std::vector<Outcome<Result>> run(std::span<const Input> texts, const Options& options = {}) const;
  [[nodiscard]] static Json to_json(const Result& result, const Options& options = {});
};

// --- feature-extraction ---

/// How the vectors of a text's tokens become one: none keeps them all (the reference's behaviour),
/// cls takes the first, mean and max run over every token, specials included.
enum class Pooling { none, cls, mean, max };
[[nodiscard]] Pooling pooling_from_string(std::string_view name);  ///< Error{key}

struct FeatureExtractionOptions {
  CallOptions tokenizer_kwargs{};
  Pooling pooling = Pooling::none;
  bool normalize = false;  ///< each resulting vector divided by its Euclidean length
};

class FeatureExtractionPipeline : public Pipeline {
 public:
  using Input = std::string;
  using Options = FeatureExtractionOptions;
  using Result = Tensor;  ///< the model's first output, float32: [1, S, H] without pooling, [H] with it
  FeatureExtractionPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options = {});
  /// Loads AlbertModel.
  static FeatureExtractionPipeline from_pretrained(const std::string& path, PipelineOptions options = {});
  std::vector<std::string> check(const Options& options) const;
  [[nodiscard]] Result operator()(const Input& text, const Options& options = {}) const;
  [[nodiscard]] std::vector<Outcome<Result>> run(std::span<const Input> texts, const Options& options = {}) const;
  [[nodiscard]] static Json to_json(const Result& result, const Options& options = {});
};

// --- multiple-choice (ours; inputs as in the reference's guide) ---

struct MultipleChoiceInput {
  std::string text{};
  std::vector<std::string> choices{};
};

struct MultipleChoiceOptions {};

struct ChoiceScore {
  std::int64_t choice = 0;  ///< position in the input
  std::string text{};
  double score = 0;  ///< softmax over the choices
};

class MultipleChoicePipeline : public Pipeline {
 public:
  using Input = MultipleChoiceInput;
  using Options = MultipleChoiceOptions;
  using Result = std::vector<ChoiceScore>;  ///< best first
  MultipleChoicePipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options = {});
  static MultipleChoicePipeline from_pretrained(const std::string& path, PipelineOptions options = {});
  std::vector<std::string> check(const Options& options) const;
  [[nodiscard]] Result operator()(const Input& input, const Options& options = {}) const;
  [[nodiscard]] std::vector<Outcome<Result>> run(std::span<const Input> inputs, const Options& options = {}) const;
  [[nodiscard]] static Json to_json(const Result& result, const Options& options = {});
};

// --- sentence-order (ours: the second pre-training task as a question) ---

struct SentenceOrderOptions {};

class SentenceOrderPipeline : public Pipeline {
 public:
  using Input = TextInput;  ///< both texts
  using Options = SentenceOrderOptions;
  using Result = LabelScore;  ///< "ordered" or "swapped"
  SentenceOrderPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options = {});
  /// Loads AlbertForPreTraining; the masked-LM head is not needed.
  static SentenceOrderPipeline from_pretrained(const std::string& path, PipelineOptions options = {});
  std::vector<std::string> check(const Options& options) const;
  [[nodiscard]] Result operator()(const Input& input, const Options& options = {}) const;
  [[nodiscard]] std::vector<Outcome<Result>> run(std::span<const Input> inputs, const Options& options = {}) const;
  [[nodiscard]] static Json to_json(const Result& result, const Options& options = {});
};

}  // namespace ALBERT_API albert
