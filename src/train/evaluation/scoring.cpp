// Truths and predictions to named metrics.
#include <unordered_set>

#include "train/evaluation/run.h"

namespace albert {
namespace {

using evaluation::to_json;

template <class A, class B>
void check_lengths(std::span<const A> truths, std::span<const B> predictions) {
  require(truths.size() == predictions.size(), ErrorCode::value, "expected a prediction for each of {} examples, got {}", truths.size(),
          predictions.size());
}

void add_averages(Json& metrics, std::span<const MatchCounts> classes) {
  for (const auto& [name, average] :
       {std::pair{"macro", Average::macro}, std::pair{"micro", Average::micro}, std::pair{"weighted", Average::weighted}}) {
    const PrecisionRecall scores = average_scores(classes, average);
    metrics.set(std::string("f1_") + name, scores.f1);
    metrics.set(std::string("precision_") + name, scores.precision);
    metrics.set(std::string("recall_") + name, scores.recall);
  }
}

void add_main(Json& metrics, const PrecisionRecall& scores) {
  metrics.set("f1", scores.f1);
  metrics.set("precision", scores.precision);
  metrics.set("recall", scores.recall);
}

void add_labels(Json& metrics, std::span<const MatchCounts> classes, const std::vector<std::string>& labels) {
  Json::Object by_label;
  for (std::size_t i = 0; i < classes.size() && i < labels.size(); ++i)
    if (classes[i].actual + classes[i].predicted > 0) by_label.emplace_back(labels[i], to_json(scores_of(classes[i])));
  metrics.set("by_label", std::move(by_label));
}

}  // namespace

Json class_metrics(std::span<const std::int32_t> truths, std::span<const std::int32_t> predictions, const std::vector<std::string>& labels,
                   std::int32_t positive) {
  check_lengths(truths, predictions);
  ConfusionMatrix matrix(static_cast<std::int64_t>(labels.size()));
  for (std::size_t i = 0; i < truths.size(); ++i) matrix.add(truths[i], predictions[i]);
  const auto present = matrix.present();
  Json metrics = Json::Object{{"accuracy", matrix.accuracy()}};
  add_main(metrics, labels.size() == 2 ? scores_of(matrix.counts(positive)) : average_scores(present, Average::macro));
  add_averages(metrics, present);
  metrics.set("matthews_correlation", matrix.matthews_correlation());
  metrics.set("examples", truths.size());
  std::vector<MatchCounts> all;
  all.reserve(static_cast<std::size_t>(matrix.classes()));
  for (std::int64_t i = 0; i < matrix.classes(); ++i) all.push_back(matrix.counts(i));
  add_labels(metrics, all, labels);
  return metrics;
}

Json label_set_metrics(std::span<const std::vector<std::int32_t>> truths, std::span<const std::vector<std::int32_t>> predictions,
                       const std::vector<std::string>& labels) {
  check_lengths(truths, predictions);
  std::vector<MatchCounts> classes(labels.size());
  std::int64_t equal = 0;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    const std::unordered_set<std::int32_t> truth(truths[i].begin(), truths[i].end());
    const std::unordered_set<std::int32_t> guess(predictions[i].begin(), predictions[i].end());
    if (truth == guess) ++equal;
    for (const std::int32_t label : truth) ++classes.at(static_cast<std::size_t>(label)).actual;
    for (const std::int32_t label : guess) {
      MatchCounts& counts = classes.at(static_cast<std::size_t>(label));
      ++counts.predicted;
      if (truth.contains(label)) ++counts.correct;
    }
  }
  Json metrics = Json::Object{{"accuracy", truths.empty() ? 0.0 : static_cast<double>(equal) / static_cast<double>(truths.size())}};
  add_main(metrics, average_scores(classes, Average::micro));
  add_averages(metrics, classes);
  metrics.set("examples", truths.size());
  add_labels(metrics, classes, labels);
  return metrics;
}

Json number_metrics(std::span<const double> truths, std::span<const double> predictions) {
  check_lengths(truths, predictions);
  return Json::Object{{"pearson", pearson(truths, predictions)},
                      {"spearmanr", spearman(truths, predictions)},
                      {"mse", mean_squared_error(truths, predictions)},
                      {"mae", mean_absolute_error(truths, predictions)},
                      {"examples", truths.size()}};
}

Json tag_metrics(std::span<const Tags> truths, std::span<const Tags> predictions, TagScheme scheme, std::vector<std::string>* warnings) {
  check_lengths(truths, predictions);
  EntityScorer scorer(scheme);
  for (std::size_t i = 0; i < truths.size(); ++i) scorer.add(truths[i], predictions[i]);
  Json metrics = Json::Object{};
  add_main(metrics, scorer.overall());
  metrics.set("accuracy", scorer.accuracy());
  metrics.set("f1_macro", scorer.overall(Average::macro).f1);
  metrics.set("f1_weighted", scorer.overall(Average::weighted).f1);
  metrics.set("entities", scorer.overall().support);
  metrics.set("words", scorer.tags());
  metrics.set("examples", truths.size());
  Json::Object by_type;
  for (const auto& [type, scores] : scorer.by_type()) by_type.emplace_back(type, to_json(scores));
  metrics.set("by_type", std::move(by_type));
  if (warnings != nullptr && scorer.saw_odd_tag())
    warnings->emplace_back("some tags are neither O nor a prefix (B, I, E, S), '-' and a type: they are read as seqeval reads them");
  return metrics;
}

Json answer_metrics(const QuestionData& data, const AnswerTexts& predictions, bool version2, const NoAnswerProbabilities& no_answer,
                    double threshold, std::vector<std::string>* warnings) {
  std::vector<AnsweredQuestion> questions;
  questions.reserve(data.examples.size());
  for (const QuestionExample& example : data.examples) questions.push_back({example.id, example.answers});
  const auto warn_missing = [&](std::int64_t missing, const char* consequence) {
    if (warnings != nullptr && missing > 0)
      warnings->push_back(std::to_string(missing) + " questions have no prediction: they " + consequence);
  };
  if (!version2) {
    const SquadV1Scores scores = squad_v1(questions, predictions);
    warn_missing(scores.missing, "count as wrong");
    return Json::Object{{"exact_match", scores.exact_match}, {"f1", scores.f1}, {"total", scores.total}, {"missing", scores.missing}};
  }
  NoAnswerProbabilities probabilities = no_answer;
  if (probabilities.empty())
    for (const AnsweredQuestion& question : questions)
      if (predictions.contains(question.id)) probabilities.emplace_back(question.id, 0.0);
  const SquadV2Scores scores = squad_v2(questions, predictions, probabilities, threshold);
  warn_missing(scores.missing, "are left out of the totals");
  Json metrics = Json::Object{{"exact_match", scores.all.exact},
                              {"exact", scores.all.exact},
                              {"f1", scores.all.f1},
                              {"total", scores.all.total},
                              {"missing", scores.missing}};
  const auto add_part = [&](const std::string& name, const std::optional<SquadV2Scores::Part>& part) {
    if (!part) return;
    metrics.set(name + "_exact", part->exact);
    metrics.set(name + "_f1", part->f1);
    metrics.set(name + "_total", part->total);
  };
  add_part("HasAns", scores.has_answer);
  add_part("NoAns", scores.no_answer);
  metrics.set("best_exact", scores.best_exact);
  metrics.set("best_exact_thresh", scores.best_exact_threshold);
  metrics.set("best_f1", scores.best_f1);
  metrics.set("best_f1_thresh", scores.best_f1_threshold);
  return metrics;
}

}  // namespace albert
