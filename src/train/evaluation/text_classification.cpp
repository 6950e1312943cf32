// Texts and pairs: one class, several classes, or a number.
#include <cmath>

#include "tasks/loading.h"
#include "tasks/scores.h"
#include "train/evaluation/run.h"

namespace albert {
namespace {

using tasks::RowOutput;

/// Logits of the classes.
class LogitsTask {
 public:
  using Input = const TextExample*;
  using Result = std::vector<float>;
  struct Prepared {
    std::vector<Encoding> rows;
  };
  using Read = std::vector<float>;

  LogitsTask(const Tokenizer& tokenizer, std::int64_t most) : tokenizer_(tokenizer) {
    call_.truncation = TruncationStrategy::longest_first;
    call_.max_length = most;
    call_.verbose = false;
  }

  Prepared prepare(const Input& example) const {
    const TextInput& input = example->input;
    return {{input.text_pair ? tokenizer_(input.text, *input.text_pair, call_) : tokenizer_(input.text, call_)}};
  }
  static Read read(const Prepared&, std::size_t, const RowOutput& output) {
    const auto logits = output.values("logits");
    return {logits.begin(), logits.end()};
  }
  static Result finish(const Input&, const Prepared&, std::vector<Read> read) { return std::move(read[0]); }

 private:
  const Tokenizer& tokenizer_;
  CallOptions call_;
};

LabelKind kind_of(const AlbertConfig& config, const TextData& data) {
  const auto problem = config.problem_type();
  if (problem == "regression") return LabelKind::numbers;
  if (problem == "multi_label_classification") return LabelKind::several;
  if (!problem && config.num_labels() == 1) return LabelKind::numbers;
  return data.kind == LabelKind::several ? LabelKind::several : LabelKind::classes;
}

std::int32_t only_label(const TextExample& example, const TextData& data) {
  require(example.labels.size() == 1, ErrorCode::bad_data, "{}: expected one label, got {}", data.places.name(example.place),
          example.labels.size());
  return example.labels.front();
}

class TextEvaluation {
 public:
  TextEvaluation(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data, const EvaluationOptions& options)
      : model_(model), tokenizer_(tokenizer), data_(data), options_(options), loss_(options.batch_size) {}

  Evaluation run() {
    result_.labels = evaluation::labels_of(model_.config());
    switch (kind_of(model_.config(), data_)) {
      case LabelKind::classes:
        classes();
        break;
      case LabelKind::several:
        several();
        break;
      case LabelKind::numbers:
        numbers();
        break;
    }
    Json::Object metrics{{"loss", loss_.value()}};
    for (auto& member : result_.metrics.as_object()) metrics.push_back(std::move(member));
    result_.metrics = std::move(metrics);
    return std::move(result_);
  }

 private:
  template <class Take>
  void for_each_logits(const Take& take) {
    const LogitsTask task(tokenizer_, evaluation::most_tokens(model_, tokenizer_, options_.max_length));
    evaluation::for_each_result(
        task, model_, data_.examples.size(), options_, options_.batch_tokens, [&](std::size_t i) { return &data_.examples[i]; },
        [&](std::size_t i) { return data_.places.name(data_.examples[i].place); }, take);
  }

  void keep(Json prediction) {
    if (options_.keep_predictions) result_.predictions.push_back(std::move(prediction));
  }

  void classes() {
    const auto ids = match_labels(data_.labels, data_.places, model_.config());
    std::vector<std::int32_t> truths, guesses;
    for (const TextExample& example : data_.examples) truths.push_back(ids[static_cast<std::size_t>(only_label(example, data_))]);
    for_each_logits([&](std::size_t i, const std::vector<float>& logits) {
      loss_.add(evaluation::cross_entropy(logits, truths[i]), 1);
      const auto best = static_cast<std::int32_t>(tasks::arg_max(logits));
      guesses.push_back(best);
      result_.pairs.emplace_back(truths[i], best);
      keep(Json::Object{{"label", result_.labels[static_cast<std::size_t>(best)]},
                        {"score", tasks::softmax(logits)[static_cast<std::size_t>(best)]}});
    });
    result_.metrics = class_metrics(truths, guesses, result_.labels);
  }

  void several() {
    require(options_.threshold > 0 && options_.threshold < 1, ErrorCode::value, "threshold: expected between 0 and 1, got {}",
            options_.threshold);
    const auto ids = match_labels(data_.labels, data_.places, model_.config());
    std::vector<std::vector<std::int32_t>> truths, guesses;
    for (const TextExample& example : data_.examples) {
      auto& truth = truths.emplace_back();
      for (const std::int32_t label : example.labels) truth.push_back(ids[static_cast<std::size_t>(label)]);
    }
    for_each_logits([&](std::size_t i, const std::vector<float>& logits) {
      const std::vector<float> scores = tasks::sigmoid(logits);
      auto& guess = guesses.emplace_back();
      Json::Array names;
      double sum = 0;
      for (std::size_t label = 0; label < logits.size(); ++label) {
        const auto id = static_cast<std::int32_t>(label);
        sum += evaluation::binary_cross_entropy(logits[label], std::find(truths[i].begin(), truths[i].end(), id) != truths[i].end());
        if (scores[label] <= options_.threshold) continue;
        guess.push_back(id);
        names.emplace_back(result_.labels[label]);
      }
      loss_.add(sum, static_cast<std::int64_t>(logits.size()));
      keep(std::move(names));
    });
    result_.metrics = label_set_metrics(truths, guesses, result_.labels);
  }

  void numbers() {
    require(model_.config().num_labels() == 1, ErrorCode::value, "regression is evaluated with one output: the model has {}",
            model_.config().num_labels());
    const auto values = label_numbers(data_.labels, data_.places);
    std::vector<double> truths, guesses;
    for (const TextExample& example : data_.examples) truths.push_back(values[static_cast<std::size_t>(only_label(example, data_))]);
    for_each_logits([&](std::size_t i, const std::vector<float>& logits) {
      const double guess = logits[0], difference = guess - static_cast<float>(truths[i]);
      loss_.add(difference * difference, 1);
      guesses.push_back(guess);
      keep(guess);
    });
    result_.metrics = number_metrics(truths, guesses);
  }

  const AlbertPreTrainedModel& model_;
  const Tokenizer& tokenizer_;
  const TextData& data_;
  const EvaluationOptions& options_;
  evaluation::LossMean loss_;
  Evaluation result_;
};

}  // namespace

Evaluation evaluate_text_classification(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                        const EvaluationOptions& options) {
  tasks::require_class(model, ModelClass::sequence_classification, "text-classification");
  return TextEvaluation(model, tokenizer, data, options).run();
}

}  // namespace albert
