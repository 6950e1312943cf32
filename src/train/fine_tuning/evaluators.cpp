// Evaluation between updates: the figures of albert/evaluation.h, the one that counts first, and the mistakes for the report.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "albert/fine_tuning.h"
#include "base/check.h"

namespace albert {
namespace {

constexpr std::size_t kMostMistakes = 20;
constexpr std::size_t kMostClasses = 100;  // of a confusion matrix that people can read

using Mistake = EvaluationDetails::Mistake;

bool less_is_better(std::string_view name) {
  constexpr std::array<std::string_view, 4> kErrors{"loss", "perplexity", "mse", "mae"};
  return std::find(kErrors.begin(), kErrors.end(), name) != kErrors.end();
}

/// What a task adds to the common parts.
struct EvaluatedTask {
  std::function<Evaluation(const AlbertPreTrainedModel&)> evaluate;
  /// What was wrong with example `i`; null when it is right.
  std::function<std::optional<Mistake>(const Evaluation&, std::size_t i)> mistake;
  std::function<std::string(const AlbertConfig&)> metric;  ///< the task's own
};

class TaskEvaluator final : public Evaluator {
 public:
  TaskEvaluator(EvaluatedTask task, std::string metric) : task_(std::move(task)), metric_(std::move(metric)) {}

  [[nodiscard]] Figures evaluate(const AlbertPreTrainedModel& model) override {
    if (metric_.empty()) metric_ = task_.metric(model.config());
    last_ = task_.evaluate(model);
    Figures figures;
    std::string known;
    for (const auto& [name, value] : last_.metrics.as_object()) {
      if (!value.is_number()) continue;
      known += (known.empty() ? "" : ", ") + name;
      figures.emplace_back(name, value.as_double());
    }
    const auto counts = std::find_if(figures.begin(), figures.end(), [&](const auto& figure) { return figure.first == metric_; });
    require(counts != figures.end(), ErrorCode::value, "the evaluation has no figure '{}': expected one of {}", metric_, known);
    std::rotate(figures.begin(), counts, counts + 1);
    return figures;
  }
  [[nodiscard]] bool greater_is_better() const override { return !less_is_better(metric_); }

  [[nodiscard]] EvaluationDetails details() const override {
    EvaluationDetails details;
    const std::size_t classes = last_.labels.size();
    if (!last_.pairs.empty() && classes > 0 && classes <= kMostClasses) {
      details.labels = last_.labels;
      details.confusion.assign(classes, std::vector<std::int64_t>(classes, 0));
      for (const auto& [truth, guess] : last_.pairs) ++details.confusion[static_cast<std::size_t>(truth)][static_cast<std::size_t>(guess)];
    }
    for (std::size_t i = 0; task_.mistake && i < last_.predictions.size(); ++i)
      if (auto mistake = task_.mistake(last_, i)) details.mistakes.push_back(std::move(*mistake));
    std::stable_sort(details.mistakes.begin(), details.mistakes.end(),
                     [](const Mistake& a, const Mistake& b) { return a.score > b.score; });
    if (details.mistakes.size() > kMostMistakes) details.mistakes.resize(kMostMistakes);
    return details;
  }

 private:
  EvaluatedTask task_;
  std::string metric_;
  Evaluation last_;
};

EvaluationOptions keeping(EvaluationOptions options) {
  options.keep_predictions = true;
  return options;
}

double score_of(const Json& prediction) {
  const Json* score = prediction.find("score");
  return score != nullptr && score->is_number() ? score->as_double() : 0;
}

std::string shown(const TextInput& input) { return input.text_pair ? input.text + " | " + *input.text_pair : input.text; }

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

/// Predictions of a text are an object (a class), a list (several) or a number, which `numbers` holds for every label then.
std::optional<Mistake> text_mistake(const TextData& data, std::vector<double>& numbers, const Evaluation& evaluation, std::size_t i) {
  const TextExample& example = data.examples[i];
  const Json& prediction = evaluation.predictions[i];
  std::vector<std::string> truths;
  truths.reserve(example.labels.size());
  for (const std::int32_t label : example.labels) truths.push_back(data.labels.name(label));
  Mistake mistake{.text = shown(example.input), .expected = joined(truths, ", ")};
  if (prediction.is_number()) {
    if (numbers.empty()) numbers = label_numbers(data.labels, data.places);
    const double truth = numbers[static_cast<std::size_t>(example.labels.front())];
    mistake.predicted = fmt::format("{:.3f}", prediction.as_double());
    mistake.score = std::abs(prediction.as_double() - truth);
    return mistake;
  }
  if (prediction.is_array()) {
    std::vector<std::string> guesses;
    for (const Json& guess : prediction.as_array()) guesses.push_back(guess.as_string());
    std::vector<std::string> right = truths, found = guesses, different;
    std::sort(right.begin(), right.end());
    std::sort(found.begin(), found.end());
    std::set_symmetric_difference(right.begin(), right.end(), found.begin(), found.end(), std::back_inserter(different));
    if (different.empty()) return {};
    mistake.predicted = joined(guesses, ", ");
    mistake.score = static_cast<double>(different.size());
    return mistake;
  }
  const auto [truth, guess] = evaluation.pairs[i];
  if (truth == guess) return {};
  mistake.predicted = prediction.find("label")->as_string();
  mistake.score = score_of(prediction);
  return mistake;
}

std::optional<Mistake> tag_mistake(const TokenData& data, const Evaluation& evaluation, std::size_t i) {
  const TokenExample& example = data.examples[i];
  Mistake mistake{.text = joined(example.words, " ")};
  std::vector<std::string> expected, predicted;
  for (std::size_t word = 0; word < example.words.size(); ++word) {
    const std::string& truth = data.labels.name(example.tags[word]);
    const std::string& guess = evaluation.predictions[i].as_array()[word].as_string();
    if (truth == guess) continue;
    expected.push_back(example.words[word] + " " + truth);
    predicted.push_back(example.words[word] + " " + guess);
  }
  if (expected.empty()) return {};
  mistake.score = static_cast<double>(expected.size());
  mistake.expected = joined(expected, "; ");
  mistake.predicted = joined(predicted, "; ");
  return mistake;
}

std::optional<Mistake> answer_mistake(const QuestionData& data, const Evaluation& evaluation, std::size_t i) {
  const QuestionExample& example = data.examples[i];
  const Json& prediction = evaluation.predictions[i];
  const std::string& guess = prediction.find("prediction_text")->as_string();
  const std::string normalized = normalize_answer(guess);
  const bool right = example.answers.empty() ? guess.empty()
                                             : std::any_of(example.answers.begin(), example.answers.end(),
                                                           [&](const auto& answer) { return normalize_answer(answer) == normalized; });
  if (right) return {};
  return Mistake{.text = example.question,
                 .expected = example.answers.empty() ? "(no answer)" : example.answers.front(),
                 .predicted = guess.empty() ? "(no answer)" : guess,
                 .score = score_of(prediction)};
}

std::optional<Mistake> choice_mistake(const ChoiceData& data, const Evaluation& evaluation, std::size_t i) {
  const auto [truth, guess] = evaluation.pairs[i];
  if (truth == guess) return {};
  const MultipleChoiceInput& input = data.examples[i].input;
  return Mistake{.text = input.text,
                 .expected = input.choices[static_cast<std::size_t>(truth)],
                 .predicted = input.choices[static_cast<std::size_t>(guess)],
                 .score = score_of(evaluation.predictions[i])};
}

std::string text_metric(const AlbertConfig& config) {
  const std::string problem = config.problem_type().value_or(config.num_labels() == 1 ? "regression" : "");
  return problem == "regression" ? "pearson" : problem == "multi_label_classification" ? "f1" : "accuracy";
}

auto always(const char* name) {
  return [name](const AlbertConfig&) { return std::string(name); };
}

std::shared_ptr<Evaluator> make(EvaluatedTask task, const EvaluatorOptions& options) {
  return std::make_shared<TaskEvaluator>(std::move(task), options.metric);
}

}  // namespace

std::shared_ptr<Evaluator> text_classification_evaluator(const std::shared_ptr<const TextData>& data,
                                                         const std::shared_ptr<const Tokenizer>& tokenizer,
                                                         const EvaluatorOptions& options) {
  return make({.evaluate = [=, how = keeping(options.evaluation)](
                               const auto& model) { return evaluate_text_classification(model, *tokenizer, *data, how); },
               .mistake = [=, numbers = std::make_shared<std::vector<double>>()](
                              const auto& evaluation, std::size_t i) { return text_mistake(*data, *numbers, evaluation, i); },
               .metric = text_metric},
              options);
}

std::shared_ptr<Evaluator> token_classification_evaluator(const std::shared_ptr<const TokenData>& data,
                                                          const std::shared_ptr<const Tokenizer>& tokenizer,
                                                          const EvaluatorOptions& options) {
  return make({.evaluate = [=, how = keeping(options.evaluation)](
                               const auto& model) { return evaluate_token_classification(model, *tokenizer, *data, how); },
               .mistake = [=](const auto& evaluation, std::size_t i) { return tag_mistake(*data, evaluation, i); },
               .metric = always("f1")},
              options);
}

std::shared_ptr<Evaluator> question_answering_evaluator(const std::shared_ptr<const QuestionData>& data,
                                                        const std::shared_ptr<const Tokenizer>& tokenizer,
                                                        const EvaluatorOptions& options) {
  return make({.evaluate = [=, how = keeping(options.evaluation)](
                               const auto& model) { return evaluate_question_answering(model, *tokenizer, *data, how); },
               .mistake = [=](const auto& evaluation, std::size_t i) { return answer_mistake(*data, evaluation, i); },
               .metric = always("f1")},
              options);
}

std::shared_ptr<Evaluator> multiple_choice_evaluator(const std::shared_ptr<const ChoiceData>& data,
                                                     const std::shared_ptr<const Tokenizer>& tokenizer, const EvaluatorOptions& options) {
  return make({.evaluate = [=, how = keeping(options.evaluation)](
                               const auto& model) { return evaluate_multiple_choice(model, *tokenizer, *data, how); },
               .mistake = [=](const auto& evaluation, std::size_t i) { return choice_mistake(*data, evaluation, i); },
               .metric = always("accuracy")},
              options);
}

std::shared_ptr<Evaluator> masked_language_evaluator(const std::shared_ptr<const TextData>& data,
                                                     const std::shared_ptr<const Tokenizer>& tokenizer, const EvaluatorOptions& options) {
  return make(
      {.evaluate = [=, how = options.evaluation](const auto& model) { return evaluate_masked_language(model, *tokenizer, *data, how); },
       .mistake = {},
       .metric = always("loss")},
      options);
}

std::shared_ptr<Evaluator> sentence_embedding_evaluator(const std::shared_ptr<const TextData>& data,
                                                        const std::shared_ptr<const Tokenizer>& tokenizer,
                                                        const EmbeddingOptions& embedding, const EvaluatorOptions& options) {
  const bool labelled = embedding.loss == EmbeddingLoss::cosine;
  return make({.evaluate = [=, how = options.evaluation](
                               const auto& model) { return evaluate_sentence_embedding(model, *tokenizer, *data, embedding, how); },
               .mistake = {},
               .metric = always(labelled ? "spearmanr" : "mrr")},
              options);
}

}  // namespace albert
