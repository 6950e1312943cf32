// Entities in tags, and how many of them were found: seqeval.
#include <algorithm>
#include <cctype>
#include <set>

#include "albert/metrics.h"
#include "base/check.h"
#include "train/metrics/tag_scheme.h"

namespace albert {
namespace {

struct Chunk {
  std::string_view prefix, type;
};

Chunk split_tag(std::string_view tag) {
  require(!tag.empty(), ErrorCode::value, "a tag is empty; expected O, or a prefix, '-' and a type");
  const std::string_view prefix = metrics::prefix_of(tag);
  std::string_view type = tag.substr(prefix.size());
  if (const std::size_t dash = type.find('-'); dash != std::string_view::npos) type.remove_prefix(dash + 1);
  return {prefix, type.empty() ? "_" : type};
}

bool is_one_of(std::string_view prefix, std::string_view letters) { return prefix.size() == 1 && letters.find(prefix) != letters.npos; }

bool ends_between(const Chunk& previous, const Chunk& current) {
  if (is_one_of(previous.prefix, "ES")) return true;
  if (is_one_of(previous.prefix, "BI") && is_one_of(current.prefix, "BSO")) return true;
  return !is_one_of(previous.prefix, "O.") && previous.type != current.type;
}

bool starts_between(const Chunk& previous, const Chunk& current) {
  if (is_one_of(current.prefix, "BS")) return true;
  if (is_one_of(previous.prefix, "ESO") && is_one_of(current.prefix, "EI")) return true;
  return !is_one_of(current.prefix, "O.") && previous.type != current.type;
}

std::vector<EntitySpan> lenient_entities(std::span<const std::string> tags) {
  std::vector<EntitySpan> entities;
  // seqeval puts an O behind every sequence and goes on to the next with it.
  Chunk previous{"O", "_"};
  std::int64_t first = 0;
  for (std::size_t i = 0; i <= tags.size(); ++i) {
    const Chunk current = split_tag(i < tags.size() ? std::string_view(tags[i]) : "O");
    if (ends_between(previous, current)) entities.push_back({std::string(previous.type), first, static_cast<std::int64_t>(i) - 1});
    if (starts_between(previous, current)) first = static_cast<std::int64_t>(i);
    previous = current;
  }
  return entities;
}

bool is_odd(std::string_view tag) {
  return !is_one_of(tag, "OBIES") && !(tag.size() >= 2 && is_one_of(tag.substr(0, 1), "BIES") && tag[1] == '-');
}

/// seqeval divides the product of precision and recall; scikit-learn the counts: the last bits differ.
PrecisionRecall entity_scores(const MatchCounts& counts) {
  PrecisionRecall scores = scores_of(counts);
  const double sum = scores.precision + scores.recall;
  scores.f1 = sum == 0 ? 0 : 2 * scores.precision * scores.recall / sum;
  return scores;
}

}  // namespace

TagScheme tag_scheme_from_string(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "iobes") lower = "bioes";
  for (const TagScheme scheme :
       {TagScheme::lenient, TagScheme::iob1, TagScheme::iob2, TagScheme::ioe1, TagScheme::ioe2, TagScheme::bioes, TagScheme::bilou})
    if (lower == to_string(scheme)) return scheme;
  fail(ErrorCode::key, "unknown tag scheme '{}': expected lenient, iob1, iob2, ioe1, ioe2, bioes or bilou", name);
}

std::string_view to_string(TagScheme scheme) noexcept {
  switch (scheme) {
    case TagScheme::lenient:
      return "lenient";
    case TagScheme::iob1:
      return "iob1";
    case TagScheme::iob2:
      return "iob2";
    case TagScheme::ioe1:
      return "ioe1";
    case TagScheme::ioe2:
      return "ioe2";
    case TagScheme::bioes:
      return "bioes";
    case TagScheme::bilou:
      return "bilou";
  }
  return "";
}

std::vector<EntitySpan> entities_of(std::span<const std::string> tags, TagScheme scheme) {
  return scheme == TagScheme::lenient ? lenient_entities(tags) : metrics::strict_entities(tags, scheme);
}

void EntityScorer::add(std::span<const std::string> truth, std::span<const std::string> prediction) {
  require(truth.size() == prediction.size(), ErrorCode::value, "expected as many predicted tags as right ones: got {} and {}",
          prediction.size(), truth.size());
  const auto right = entities_of(truth, scheme_), found = entities_of(prediction, scheme_);
  const std::set<EntitySpan> known(right.begin(), right.end());
  for (const EntitySpan& entity : right) ++types_[entity.type].actual;
  for (const EntitySpan& entity : found) {
    MatchCounts& counts = types_[entity.type];
    ++counts.predicted;
    if (known.contains(entity)) ++counts.correct;
  }
  tags_ += static_cast<std::int64_t>(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] == prediction[i]) ++equal_;
    odd_tag_ = odd_tag_ || is_odd(truth[i]) || is_odd(prediction[i]);
  }
}

PrecisionRecall EntityScorer::overall(Average average) const {
  MatchCounts sum;
  std::vector<double> precision, recall, f1;
  for (const auto& [type, counts] : types_) {
    sum.correct += counts.correct;
    sum.predicted += counts.predicted;
    sum.actual += counts.actual;
    const PrecisionRecall scores = entity_scores(counts);
    const double weight = average == Average::weighted ? static_cast<double>(counts.actual) : 1;
    precision.push_back(scores.precision * weight);
    recall.push_back(scores.recall * weight);
    f1.push_back(scores.f1 * weight);
  }
  if (average == Average::micro) return entity_scores(sum);
  const double weights = average == Average::weighted ? static_cast<double>(sum.actual) : static_cast<double>(types_.size());
  if (weights == 0) return {};
  return {pairwise_sum(precision) / weights, pairwise_sum(recall) / weights, pairwise_sum(f1) / weights, sum.actual};
}

std::vector<std::pair<std::string, PrecisionRecall>> EntityScorer::by_type() const {
  std::vector<std::pair<std::string, PrecisionRecall>> scores;
  scores.reserve(types_.size());
  for (const auto& [type, counts] : types_) scores.emplace_back(type, entity_scores(counts));
  return scores;
}

double EntityScorer::accuracy() const noexcept { return tags_ == 0 ? 0 : static_cast<double>(equal_) / static_cast<double>(tags_); }

}  // namespace albert
