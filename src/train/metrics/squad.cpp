// Answers beside right answers: the official evaluation scripts of SQuAD 1.1 and 2.0.
#include <utf8proc.h>

#include <algorithm>

#include "albert/metrics.h"
#include "base/check.h"
#include "tokenizer/python_string.h"
#include "tokenizer/unicode.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

bool is_ascii_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

/// What \w matches: letters, numbers, the underscore.
bool is_word_character(char32_t code) {
  if (code == U'_') return true;
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

/// \b(a|an|the)\b becomes a blank.
std::string without_articles(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size()) {
      const auto character = decode_utf8(text, end);
      if (!is_word_character(character.code)) break;
      end += character.length;
    }
    const std::string_view word = text.substr(i, end - i);
    if (word.empty()) {
      const std::size_t length = decode_utf8(text, i).length;
      out += text.substr(i, length);
      i += length;
      continue;
    }
    if (word == "a" || word == "an" || word == "the") {
      out += ' ';
    } else {
      out += word;
    }
    i = end;
  }
  return out;
}

struct Overlap {
  std::int64_t common = 0, predicted = 0, right = 0;
};

/// Words that both have, as often as both have them.
Overlap overlap(const std::string& prediction, const std::string& right) {
  const auto predicted = python_split(prediction), wanted = python_split(right);
  std::unordered_map<std::string_view, std::int64_t> left;
  for (const auto word : wanted) ++left[word];
  Overlap result{0, static_cast<std::int64_t>(predicted.size()), static_cast<std::int64_t>(wanted.size())};
  for (const auto word : predicted)
    if (auto found = left.find(word); found != left.end() && found->second > 0) {
      --found->second;
      ++result.common;
    }
  return result;
}

double overlap_f1(const Overlap& words) {
  if (words.common == 0) return 0;
  const double precision = static_cast<double>(words.common) / static_cast<double>(words.predicted);
  const double recall = static_cast<double>(words.common) / static_cast<double>(words.right);
  return (2 * precision * recall) / (precision + recall);
}

double overlap_f1_v2(const Overlap& words) {
  if (words.predicted == 0 || words.right == 0) return words.predicted == words.right ? 1 : 0;
  return overlap_f1(words);
}

struct Score {
  double exact = 0, f1 = 0;
};

template <class F1>
Score best_score(const std::vector<std::string>& answers, const std::string& prediction, const F1& f1) {
  const std::string predicted = normalize_answer(prediction);
  Score best;
  for (const std::string& answer : answers) {
    const std::string right = normalize_answer(answer);
    best.exact = std::max(best.exact, predicted == right ? 1.0 : 0.0);
    best.f1 = std::max(best.f1, f1(overlap(predicted, right)));
  }
  return best;
}

struct Judged {
  const AnsweredQuestion* question;
  const std::string* prediction;
  Score score;
  [[nodiscard]] bool has_answer() const { return !question->answers.empty(); }
};

/// The highest score that a threshold on the probability of no answer could give, and that threshold.
std::pair<double, double> best_threshold(const std::unordered_map<std::string_view, const Judged*>& judged,
                                         const NoAnswerProbabilities& sorted, std::int64_t unanswerable, double Score::* value) {
  auto current = static_cast<double>(unanswerable);
  double best = current, threshold = 0;
  for (const auto& [id, probability] : sorted) {
    const auto found = judged.find(id);
    if (found == judged.end()) continue;
    const Judged& question = *found->second;
    current += question.has_answer() ? question.score.*value : question.prediction->empty() ? 0 : -1;
    if (current > best) {
      best = current;
      threshold = probability;
    }
  }
  return {judged.empty() ? 0 : 100 * best / static_cast<double>(judged.size()), threshold};
}

}  // namespace

std::string normalize_answer(std::string_view text) {
  std::string lower = lower_string(replace_invalid_utf8(text));
  lower.erase(std::remove_if(lower.begin(), lower.end(), is_ascii_punctuation), lower.end());
  return python_join_split(without_articles(lower));
}

SquadV1Scores squad_v1(std::span<const AnsweredQuestion> questions, const AnswerTexts& predictions) {
  SquadV1Scores scores;
  for (const AnsweredQuestion& question : questions) {
    ++scores.total;
    const auto prediction = predictions.find(question.id);
    if (prediction == predictions.end()) {
      ++scores.missing;
      continue;
    }
    require(!question.answers.empty(), ErrorCode::value, "question {} has no right answer: score it as SQuAD 2.0", question.id);
    const Score score = best_score(question.answers, prediction->second, overlap_f1);
    scores.exact_match += score.exact;
    scores.f1 += score.f1;
  }
  if (scores.total == 0) return scores;
  scores.exact_match = 100 * scores.exact_match / static_cast<double>(scores.total);
  scores.f1 = 100 * scores.f1 / static_cast<double>(scores.total);
  return scores;
}

SquadV2Scores squad_v2(std::span<const AnsweredQuestion> questions, const AnswerTexts& predictions, const NoAnswerProbabilities& no_answer,
                       double threshold) {
  const std::unordered_map<std::string_view, double> probabilities(no_answer.begin(), no_answer.end());
  SquadV2Scores scores;
  struct Sum {
    Score score;
    std::int64_t total = 0, missing = 0;
    [[nodiscard]] SquadV2Scores::Part part() const {
      const auto count = static_cast<double>(total);
      return total == 0 ? SquadV2Scores::Part() : SquadV2Scores::Part{100 * score.exact / count, 100 * score.f1 / count, total};
    }
  } all, with, without;
  std::vector<Judged> judged;
  for (const AnsweredQuestion& question : questions) {
    Sum& part = question.answers.empty() ? without : with;
    const auto prediction = predictions.find(question.id);
    if (prediction == predictions.end()) {
      ++part.missing;
      continue;
    }
    std::vector<std::string> answers;
    for (const std::string& answer : question.answers)
      if (!normalize_answer(answer).empty()) answers.push_back(answer);
    if (answers.empty()) answers.emplace_back();
    judged.push_back({&question, &prediction->second, best_score(answers, prediction->second, overlap_f1_v2)});
    const auto probability = probabilities.find(question.id);
    require(probability != probabilities.end(), ErrorCode::key, "question {} has a prediction and no probability of no answer",
            question.id);
    const double refused = question.answers.empty() ? 1 : 0;
    const Score score = probability->second > threshold ? Score{refused, refused} : judged.back().score;
    for (Sum* sum : {&all, &part}) {
      sum->score.exact += score.exact;
      sum->score.f1 += score.f1;
      ++sum->total;
    }
  }
  scores.all = all.part();
  scores.missing = with.missing + without.missing;
  if (with.total > 0 && with.missing == 0) scores.has_answer = with.part();
  if (without.total > 0 && without.missing == 0) scores.no_answer = without.part();

  NoAnswerProbabilities sorted = no_answer;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::unordered_map<std::string_view, const Judged*> by_id;
  for (const Judged& question : judged) by_id.insert_or_assign(question.question->id, &question);
  const std::int64_t unanswerable = without.total + without.missing;
  std::tie(scores.best_exact, scores.best_exact_threshold) = best_threshold(by_id, sorted, unanswerable, &Score::exact);
  std::tie(scores.best_f1, scores.best_f1_threshold) = best_threshold(by_id, sorted, unanswerable, &Score::f1);
  return scores;
}

}  // namespace albert
