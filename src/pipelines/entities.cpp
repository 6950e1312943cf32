#include "pipelines/entities.h"

#include <algorithm>
#include <cmath>

#include "tasks/scores.h"

namespace albert::pipelines {
namespace {

/// Mean of the values that are numbers; NaN when there is none.
float nan_mean(std::span<const float> values) {
  double sum = 0;
  int count = 0;
  for (const float value : values)
    if (!std::isnan(value)) {
      sum += value;
      ++count;
    }
  return static_cast<float>(sum / count);
}

/// NumPy's argmax: a NaN counts as the largest.
std::size_t best_of(std::span<const float> scores) {
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (std::isnan(scores[i])) return i;
  return tasks::arg_max(scores);
}

Entity entity_of(std::span<const float> scores, const AlbertConfig& config) {
  Entity entity;
  const std::size_t best = best_of(scores);
  entity.label = config.label(static_cast<std::int64_t>(best));
  entity.score = scores[best];
  return entity;
}

/// The tokens of one word become one entity.
Entity merge_word(std::span<const TokenPrediction> tokens, AggregationStrategy strategy, const AlbertConfig& config,
                  const Tokenizer& tokenizer) {
  std::vector<std::string> pieces;
  for (const TokenPrediction& token : tokens) pieces.push_back(token.word);
  Entity entity;
  if (strategy == AggregationStrategy::first) {
    entity = entity_of(tokens.front().scores, config);
  } else if (strategy == AggregationStrategy::max) {
    const auto best = std::max_element(tokens.begin(), tokens.end(), [](const TokenPrediction& a, const TokenPrediction& b) {
      return a.scores[best_of(a.scores)] < b.scores[best_of(b.scores)];
    });
    entity = entity_of(best->scores, config);
  } else {
    std::vector<float> average(tokens.front().scores.size()), column(tokens.size());
    for (std::size_t label = 0; label < average.size(); ++label) {
      for (std::size_t t = 0; t < tokens.size(); ++t) column[t] = tokens[t].scores[label];
      average[label] = nan_mean(column);
    }
    entity = entity_of(average, config);
  }
  entity.word = tokenizer.convert_tokens_to_string(pieces);
  entity.start = tokens.front().start;
  entity.end = tokens.back().end;
  return entity;
}

std::vector<Entity> merge_words(std::span<const TokenPrediction> tokens, AggregationStrategy strategy, const AlbertConfig& config,
                                const Tokenizer& tokenizer) {
  std::vector<Entity> words;
  for (std::size_t first = 0; first < tokens.size();) {
    std::size_t last = first + 1;
    while (last < tokens.size() && tokens[last].is_subword) ++last;
    words.push_back(merge_word(tokens.subspan(first, last - first), strategy, config, tokenizer));
    first = last;
  }
  return words;
}

/// "B-PER" -> (begins, "PER"); a label without such a prefix continues.
std::pair<bool, std::string_view> split_tag(std::string_view label) {
  if (label.starts_with("B-")) return {true, label.substr(2)};
  if (label.starts_with("I-")) return {false, label.substr(2)};
  return {false, label};
}

Entity merge_group(std::span<const Entity> members, const Tokenizer& tokenizer) {
  std::vector<float> scores;
  std::vector<std::string> words;
  for (const Entity& member : members) {
    scores.push_back(static_cast<float>(member.score));
    words.push_back(member.word);
  }
  Entity group;
  group.group = true;
  group.label = members.front().label.substr(members.front().label.rfind('-') + 1);
  group.score = nan_mean(scores);
  group.word = tokenizer.convert_tokens_to_string(words);
  group.start = members.front().start;
  group.end = members.back().end;
  return group;
}

std::vector<Entity> merge_groups(std::span<const Entity> entities, const Tokenizer& tokenizer) {
  std::vector<Entity> groups;
  for (std::size_t first = 0; first < entities.size();) {
    std::size_t last = first + 1;
    for (; last < entities.size(); ++last) {
      const auto [begins, tag] = split_tag(entities[last].label);
      if (begins || tag != split_tag(entities[last - 1].label).second) break;
    }
    groups.push_back(merge_group(entities.subspan(first, last - first), tokenizer));
    first = last;
  }
  return groups;
}

}  // namespace

std::vector<Entity> find_entities(std::span<const TokenPrediction> tokens, AggregationStrategy strategy,
                                  std::span<const std::string> ignore_labels, const AlbertConfig& config, const Tokenizer& tokenizer) {
  std::vector<Entity> entities;
  if (strategy == AggregationStrategy::none || strategy == AggregationStrategy::simple) {
    for (const TokenPrediction& token : tokens) {
      Entity& entity = entities.emplace_back(entity_of(token.scores, config));
      entity.index = token.index;
      entity.word = token.word;
      entity.start = token.start;
      entity.end = token.end;
    }
  } else {
    entities = merge_words(tokens, strategy, config, tokenizer);
  }
  if (strategy != AggregationStrategy::none) entities = merge_groups(entities, tokenizer);
  std::erase_if(entities, [&](const Entity& entity) {
    return std::find(ignore_labels.begin(), ignore_labels.end(), entity.label) != ignore_labels.end();
  });
  return entities;
}

std::vector<Entity> join_windows(std::vector<Entity> entities) {
  if (entities.empty()) return entities;
  std::stable_sort(entities.begin(), entities.end(), [](const Entity& a, const Entity& b) { return a.start < b.start; });
  std::vector<Entity> joined;
  Entity current = entities.front();
  for (const Entity& entity : entities) {
    if (current.start <= entity.start && entity.start < current.end) {
      const auto length = *entity.end - *entity.start, current_length = *current.end - *current.start;
      if (length > current_length || (length == current_length && entity.score > current.score)) current = entity;
    } else {
      joined.push_back(current);
      current = entity;
    }
  }
  joined.push_back(current);
  return joined;
}

}  // namespace albert::pipelines
