// Token predictions to entities: word merging, grouping, filtering, and windows joined
// (the reference's TokenClassificationPipeline, its methods in the order in which they run).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "albert/pipelines.h"

namespace albert::pipelines {

/// One token that is not special, with the probabilities of the labels.
struct TokenPrediction {
  std::string word;
  std::vector<float> scores;  ///< [labels]
  std::optional<std::int64_t> start, end;
  std::int64_t index = 0;
  bool is_subword = false;  ///< continues the word of the token before
};

/// Entities of one window: aggregate(), then without `ignore_labels`.
[[nodiscard]] std::vector<Entity> find_entities(std::span<const TokenPrediction> tokens, AggregationStrategy strategy,
                                                std::span<const std::string> ignore_labels, const AlbertConfig& config,
                                                const Tokenizer& tokenizer);

/// Entities of overlapping windows: of two that overlap the longer stays, then the better.
[[nodiscard]] std::vector<Entity> join_windows(std::vector<Entity> entities);

}  // namespace albert::pipelines
