// Metrics: how well predictions agree with what is right.
//
// Formulas, edge cases and order of summation are those of the programs that published numbers come
// from: scikit-learn (classes), scipy (correlations), seqeval (entities), the official scripts of
// SQuAD 1.1 and 2.0 (answers). An undefined ratio is 0, as there; an undefined correlation is NaN.
//
//   albert::ConfusionMatrix matrix(2);
//   matrix.add(1, 1);  // truth, prediction
//   const double accuracy = matrix.accuracy(), f1 = albert::scores_of(matrix.counts(1)).f1;
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "albert/export.h"

namespace ALBERT_API albert {

// --- classes ---

/// What precision and recall are made of.
struct MatchCounts {
  std::int64_t correct = 0;
  std::int64_t predicted = 0;
  std::int64_t actual = 0;
};

struct PrecisionRecall {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  std::int64_t support = 0;  ///< how many there are to find
};

/// How the scores of several classes become one: from their counts together, as a plain mean, or as
/// a mean weighted by support.
enum class Average { micro, macro, weighted };

[[nodiscard]] PrecisionRecall scores_of(const MatchCounts& counts);
[[nodiscard]] PrecisionRecall average_scores(std::span<const MatchCounts> classes, Average average);

/// How often each class was taken for each.
class ConfusionMatrix {
 public:
  /// Error{value} for a negative count.
  explicit ConfusionMatrix(std::int64_t classes);
  /// Error{index} for a class that is not there.
  void add(std::int64_t truth, std::int64_t prediction);

  [[nodiscard]] std::int64_t classes() const noexcept { return static_cast<std::int64_t>(counts_.size()); }
  [[nodiscard]] std::int64_t total() const noexcept { return total_; }
  [[nodiscard]] std::int64_t at(std::int64_t truth, std::int64_t prediction) const;
  [[nodiscard]] const MatchCounts& counts(std::int64_t label) const;  ///< Error{index}
  /// The classes that occur among the truths or the predictions: those that scikit-learn averages over.
  [[nodiscard]] std::vector<MatchCounts> present() const;
  /// The cells that are not 0, by truth and prediction.
  [[nodiscard]] const std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t>& cells() const noexcept { return cells_; }

  [[nodiscard]] double accuracy() const noexcept;
  /// Matthews' correlation coefficient, of two or more classes.
  [[nodiscard]] double matthews_correlation() const noexcept;

 private:
  void check(std::int64_t label) const;

  std::vector<MatchCounts> counts_;  ///< one a class
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> cells_;
  std::int64_t total_ = 0, correct_ = 0;
};

// --- numbers ---

// Error{value} for lists of different lengths. NaN for fewer than two values, or when one list is constant.
[[nodiscard]] double pearson(std::span<const double> x, std::span<const double> y);
/// Pearson's coefficient of the ranks; equal values share the mean of theirs.
[[nodiscard]] double spearman(std::span<const double> x, std::span<const double> y);
/// The ranks from 1, equal values with the mean of theirs.
[[nodiscard]] std::vector<double> average_ranks(std::span<const double> values);
[[nodiscard]] double mean_squared_error(std::span<const double> x, std::span<const double> y);  ///< NaN of nothing
[[nodiscard]] double mean_absolute_error(std::span<const double> x, std::span<const double> y);
/// The mean of 1 / rank; a rank of 0 (not found) counts as 0.
[[nodiscard]] double mean_reciprocal_rank(std::span<const std::int64_t> ranks);
[[nodiscard]] double perplexity(double mean_loss);
/// The sum in the order in which numpy adds.
[[nodiscard]] double pairwise_sum(std::span<const double> values);

// --- entities ---

/// How tags are read. `lenient` is seqeval's default (conlleval's rules: every prefix is understood,
/// a tag that cannot go on begins). The others are its strict mode: what breaks the scheme is no entity.
enum class TagScheme { lenient, iob1, iob2, ioe1, ioe2, bioes, bilou };
/// By name, in either case ("iobes" too); Error{key}.
[[nodiscard]] TagScheme tag_scheme_from_string(std::string_view name);
[[nodiscard]] std::string_view to_string(TagScheme scheme) noexcept;

using Tags = std::vector<std::string>;

struct EntitySpan {
  std::string type{};
  std::int64_t first = 0, last = 0;  ///< tags, both included
  auto operator<=>(const EntitySpan&) const = default;
};

/// The entities of one sequence. Error{value} for an empty tag, and for one that the scheme does not have.
[[nodiscard]] std::vector<EntitySpan> entities_of(std::span<const std::string> tags, TagScheme scheme = TagScheme::lenient);

/// Entities of many sequences, compared as they come.
class EntityScorer {
 public:
  explicit EntityScorer(TagScheme scheme = TagScheme::lenient) : scheme_(scheme) {}
  /// Error{value} for sequences of different lengths, and as entities_of.
  void add(std::span<const std::string> truth, std::span<const std::string> prediction);

  [[nodiscard]] PrecisionRecall overall(Average average = Average::micro) const;
  [[nodiscard]] std::vector<std::pair<std::string, PrecisionRecall>> by_type() const;  ///< types in order of their code points
  [[nodiscard]] double accuracy() const noexcept;                                      ///< of single tags; 0 of none
  [[nodiscard]] std::int64_t tags() const noexcept { return tags_; }
  /// Whether some tag did not look like one of an entity (neither O nor a prefix, "-" and a type).
  [[nodiscard]] bool saw_odd_tag() const noexcept { return odd_tag_; }

 private:
  TagScheme scheme_;
  std::map<std::string, MatchCounts> types_;
  std::int64_t tags_ = 0, equal_ = 0;
  bool odd_tag_ = false;
};

// --- answers (SQuAD) ---

/// A question with its right answers; none: it cannot be answered.
struct AnsweredQuestion {
  std::string id{};
  std::vector<std::string> answers{};
};

/// Lower case, without ASCII punctuation, articles and surplus white space.
[[nodiscard]] std::string normalize_answer(std::string_view text);

using AnswerTexts = std::unordered_map<std::string, std::string>;  ///< by the question's id

/// The official script of SQuAD 1.1, in percent of all questions.
struct SquadV1Scores {
  double exact_match = 0;
  double f1 = 0;
  std::int64_t total = 0;
  std::int64_t missing = 0;  ///< questions without a prediction: they count as wrong
};
/// Error{value} for a question without a right answer.
[[nodiscard]] SquadV1Scores squad_v1(std::span<const AnsweredQuestion> questions, const AnswerTexts& predictions);

/// The official script of SQuAD 2.0, in percent.
struct SquadV2Scores {
  struct Part {
    double exact = 0;
    double f1 = 0;
    std::int64_t total = 0;
  };
  Part all{};  ///< the questions that have a prediction
  std::optional<Part> has_answer{}, no_answer{};
  double best_exact = 0, best_exact_threshold = 0;
  double best_f1 = 0, best_f1_threshold = 0;
  std::int64_t missing = 0;
};

/// The probability that a question has no answer, by id, in the order of their file: it decides among equal ones.
using NoAnswerProbabilities = std::vector<std::pair<std::string, double>>;

/// A prediction whose probability of no answer exceeds `threshold` counts as "no answer". Questions
/// without a prediction are left out of the totals; has_answer and no_answer are then not set where
/// they hold such a question. Error{key} when a prediction has no probability.
[[nodiscard]] SquadV2Scores squad_v2(std::span<const AnsweredQuestion> questions, const AnswerTexts& predictions,
                                     const NoAnswerProbabilities& no_answer, double threshold = 1.0);

}  // namespace ALBERT_API albert
