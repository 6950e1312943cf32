// Metrics beside scikit-learn, scipy, seqeval and the SQuAD scripts (tests/golden/make_metrics.py).
#include "albert/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "albert/error.h"
#include "albert/json.h"

namespace albert {
namespace {

const Json& golden() {
  static const Json cases = [] {
    std::ifstream file(std::string(ALBERT_SOURCE_DIR) + "/tests/golden/metrics/cases.json");
    return parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return cases;
}

std::vector<double> doubles(const Json& list) {
  std::vector<double> values;
  for (const Json& value : list.as_array()) values.push_back(value.as_double());
  return values;
}

std::vector<std::string> strings(const Json& list) {
  std::vector<std::string> values;
  for (const Json& value : list.as_array()) values.push_back(value.as_string());
  return values;
}

void expect_scores(const PrecisionRecall& scores, const Json& expected) {
  EXPECT_EQ(scores.precision, expected.as_array().at(0).as_double());
  EXPECT_EQ(scores.recall, expected.as_array().at(1).as_double());
  EXPECT_EQ(scores.f1, expected.as_array().at(2).as_double());
}

/// Equal, both NaN, or different in the last bits of a long sum.
void expect_close(double value, double expected) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(value)) << value;
  } else {
    EXPECT_NEAR(value, expected, 1e-13 * std::max(1.0, std::abs(expected)));
  }
}

TEST(MetricsTest, ClassesAreCountedAsInScikitLearn) {
  for (const Json& test : golden().find("classification")->as_array()) {
    ConfusionMatrix matrix(test.find("classes")->as_int());
    const auto truth = doubles(*test.find("truth")), guess = doubles(*test.find("prediction"));
    for (std::size_t i = 0; i < truth.size(); ++i) matrix.add(static_cast<std::int64_t>(truth[i]), static_cast<std::int64_t>(guess[i]));
    EXPECT_EQ(matrix.accuracy(), test.find("accuracy")->as_double());
    expect_close(matrix.matthews_correlation(), test.find("matthews")->as_double());
    expect_scores(average_scores(matrix.present(), Average::micro), *test.find("micro"));
    expect_scores(average_scores(matrix.present(), Average::macro), *test.find("macro"));
    expect_scores(average_scores(matrix.present(), Average::weighted), *test.find("weighted"));
    if (const Json* binary = test.find("binary")) expect_scores(scores_of(matrix.counts(1)), *binary);
  }
}

TEST(MetricsTest, CorrelationsAreThoseOfScipy) {
  for (const Json& test : golden().find("correlation")->as_array()) {
    const auto x = doubles(*test.find("x")), y = doubles(*test.find("y"));
    expect_close(pearson(x, y), test.find("pearson")->as_double());
    expect_close(spearman(x, y), test.find("spearman")->as_double());
    EXPECT_EQ(average_ranks(x), doubles(*test.find("ranks")));
    expect_close(mean_squared_error(x, y), test.find("mse")->as_double());
    expect_close(mean_absolute_error(x, y), test.find("mae")->as_double());
  }
}

TEST(MetricsTest, EntitiesAreThoseOfSeqeval) {
  for (const Json& test : golden().find("entities")->as_array()) {
    EntityScorer scorer(tag_scheme_from_string(test.find("scheme")->as_string()));
    const auto& truth = test.find("truth")->as_array();
    const auto& guess = test.find("prediction")->as_array();
    for (std::size_t i = 0; i < truth.size(); ++i) scorer.add(strings(truth[i]), strings(guess.at(i)));
    SCOPED_TRACE(dump_json(test));
    EXPECT_EQ(scorer.accuracy(), test.find("accuracy")->as_double());
    const auto types = scorer.by_type();
    const auto& expected = test.find("types")->as_object();
    ASSERT_EQ(types.size(), expected.size());
    for (std::size_t i = 0; i < types.size(); ++i) {
      EXPECT_EQ(types[i].first, expected[i].first);
      expect_scores(types[i].second, expected[i].second);
      EXPECT_EQ(types[i].second.support, static_cast<std::int64_t>(expected[i].second.as_array().at(3).as_double()));
    }
    expect_scores(scorer.overall(), *test.find("averages")->find("micro"));
    expect_scores(scorer.overall(Average::macro), *test.find("averages")->find("macro"));
    expect_scores(scorer.overall(Average::weighted), *test.find("averages")->find("weighted"));
  }
}

TEST(MetricsTest, TagsOutsideTheSchemeAreRefused) {
  const std::vector<std::string> tags{"B-PER", "X-PER"}, empty{""};
  EXPECT_THROW((void)entities_of(tags, TagScheme::iob2), Error);
  EXPECT_THROW((void)entities_of(empty), Error);
  EXPECT_THROW((void)entities_of(empty, TagScheme::bioes), Error);
  EXPECT_THROW(EntityScorer().add(tags, empty), Error);
  EXPECT_THROW((void)tag_scheme_from_string("iob3"), Error);
  EntityScorer scorer;
  scorer.add(std::vector<std::string>{"B-PER", "O"}, std::vector<std::string>{"B-PER", "I"});
  EXPECT_FALSE(scorer.saw_odd_tag());
  scorer.add(tags, tags);
  EXPECT_TRUE(scorer.saw_odd_tag());
}

TEST(MetricsTest, AnswersAreNormalizedAsInTheOfficialScripts) {
  for (const Json& test : golden().find("normalized")->as_array())
    EXPECT_EQ(normalize_answer(test.as_array().at(0).as_string()), test.as_array().at(1).as_string());
}

TEST(MetricsTest, AnswersAreScoredAsInTheOfficialScripts) {
  for (const Json& test : golden().find("squad")->as_array()) {
    SCOPED_TRACE(dump_json(test));
    std::vector<AnsweredQuestion> questions;
    for (const Json& question : test.find("questions")->as_array())
      questions.push_back({question.find("id")->as_string(), strings(*question.find("answers"))});
    AnswerTexts predictions;
    for (const auto& [id, text] : test.find("predictions")->as_object()) predictions.emplace(id, text.as_string());
    if (test.find("version")->as_int() == 1) {
      const SquadV1Scores scores = squad_v1(questions, predictions);
      EXPECT_EQ(scores.exact_match, test.find("exact_match")->as_double());
      EXPECT_EQ(scores.f1, test.find("f1")->as_double());
      EXPECT_EQ(scores.missing, static_cast<std::int64_t>(questions.size() - predictions.size()));
      continue;
    }
    NoAnswerProbabilities probabilities;
    for (const auto& [id, probability] : test.find("probabilities")->as_object()) probabilities.emplace_back(id, probability.as_double());
    const SquadV2Scores scores = squad_v2(questions, predictions, probabilities, test.find("threshold")->as_double());
    const Json& expected = *test.find("scores");
    const auto expect_part = [&](const std::optional<SquadV2Scores::Part>& part, const std::string& prefix) {
      const Json* exact = expected.find(prefix + "exact");
      ASSERT_EQ(part.has_value(), exact != nullptr);
      if (!part) return;
      EXPECT_EQ(part->exact, exact->as_double());
      EXPECT_EQ(part->f1, expected.find(prefix + "f1")->as_double());
      EXPECT_EQ(part->total, expected.find(prefix + "total")->as_int());
    };
    expect_part(scores.all, "");
    expect_part(scores.has_answer, "HasAns_");
    expect_part(scores.no_answer, "NoAns_");
    EXPECT_EQ(scores.best_exact, expected.find("best_exact")->as_double());
    EXPECT_EQ(scores.best_exact_threshold, expected.find("best_exact_thresh")->as_double());
    EXPECT_EQ(scores.best_f1, expected.find("best_f1")->as_double());
    EXPECT_EQ(scores.best_f1_threshold, expected.find("best_f1_thresh")->as_double());
  }
}

TEST(MetricsTest, QuestionsWithoutPredictionAreLeftOutOfVersion2) {
  const std::vector<AnsweredQuestion> questions{{"a", {"x"}}, {"b", {"y"}}, {"c", {}}};
  const SquadV2Scores scores = squad_v2(questions, {{"a", "x"}, {"c", ""}}, {{"a", 0.0}, {"c", 0.0}});
  EXPECT_EQ(scores.all.total, 2);
  EXPECT_EQ(scores.all.exact, 100.0);
  EXPECT_EQ(scores.missing, 1);
  EXPECT_FALSE(scores.has_answer.has_value());
  EXPECT_TRUE(scores.no_answer.has_value());
  EXPECT_THROW((void)squad_v2(questions, {{"a", "x"}}, {}), Error);
  EXPECT_THROW((void)squad_v1(questions, {{"c", ""}}), Error);
}

TEST(MetricsTest, RanksGiveTheMeanOfTheirReciprocals) {
  EXPECT_EQ(mean_reciprocal_rank(std::vector<std::int64_t>{1, 2, 4, 0}), (1 + 0.5 + 0.25) / 4);
  EXPECT_EQ(mean_reciprocal_rank({}), 0);
  EXPECT_EQ(perplexity(0), 1);
}

TEST(MetricsTest, NothingIsNoSuccess) {
  const ConfusionMatrix empty(0);
  EXPECT_EQ(empty.accuracy(), 0);
  EXPECT_EQ(empty.matthews_correlation(), 0);
  EXPECT_EQ(average_scores(empty.present(), Average::macro).f1, 0);
  EXPECT_TRUE(std::isnan(pearson({}, {})));
  EXPECT_THROW(ConfusionMatrix(2).add(2, 0), Error);
  EXPECT_THROW(ConfusionMatrix(-1), Error);
  EXPECT_THROW((void)pearson(std::vector<double>{1}, {}), Error);
  EXPECT_EQ(EntityScorer().overall(Average::weighted).f1, 0);
}

}  // namespace
}  // namespace albert
