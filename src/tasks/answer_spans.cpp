#include "tasks/answer_spans.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "tasks/arg_partition.h"

namespace albert::tasks {
namespace {

constexpr std::int64_t kWidestTable = 4096;

/// Softmax over the window, with what is not allowed at -10000.
std::vector<float> probabilities(std::span<const float> logits, std::span<const std::uint8_t> allowed) {
  std::vector<float> values(logits.begin(), logits.end());
  float largest = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (allowed[i] == 0) values[i] = -10000.0f;
    largest = std::max(largest, values[i]);
  }
  double sum = 0;
  for (float& value : values) sum += value = std::exp(value - largest);
  for (float& value : values) value = static_cast<float>(value / sum);
  return values;
}

}  // namespace

WindowSpans best_spans(std::span<const float> start_logits, std::span<const float> end_logits, std::span<const std::uint8_t> allowed,
                       std::int64_t top_k, std::int64_t max_answer_len, std::int64_t padded_length) {
  WindowSpans result;
  const std::size_t length = start_logits.size();
  if (length == 0) return result;
  std::vector<float> start = probabilities(start_logits, allowed), end = probabilities(end_logits, allowed);
  result.null_score = start[0] * end[0];
  start[0] = end[0] = 0;

  // The reference's candidates are all S x S pairs; those that are empty or too long score 0 but are still there.
  const auto score = [&](std::size_t i, std::size_t j) {
    return j >= i && j - i < static_cast<std::size_t>(max_answer_len) ? start[i] * end[j] : 0.0f;
  };
  std::vector<AnswerSpan> candidates;
  if (top_k == 1) {
    AnswerSpan best{0, 0, score(0, 0)};
    for (std::size_t i = 0; i < length; ++i)
      for (std::size_t j = i; j < std::min(length, i + static_cast<std::size_t>(max_answer_len)); ++j)
        if (const float value = score(i, j); value > best.score) best = {i, j, value};
    candidates.push_back(best);
  } else {
    std::int64_t pairs = 0;
    require(__builtin_mul_overflow(padded_length, padded_length, &pairs) || pairs != top_k, ErrorCode::value,
            "top_k is {}: a window of {} tokens has exactly that many pairs, choose another number", top_k, padded_length);
    // Padding beyond any model's positions is not worth its memory.
    const auto width = padded_length > kWidestTable ? length : std::max(length, static_cast<std::size_t>(padded_length));
    std::vector<float> negated(width * width, -0.0f);
    for (std::size_t i = 0; i < length; ++i)
      for (std::size_t j = i; j < length; ++j) negated[i * width + j] = -score(i, j);
    const auto count = std::min(static_cast<std::size_t>(top_k), negated.size());
    std::vector<std::uint32_t> chosen(count);
    if (count < negated.size()) {
      chosen = arg_partition(negated, count);
      chosen.resize(count);
    } else {
      std::iota(chosen.begin(), chosen.end(), 0u);
    }
    std::stable_sort(chosen.begin(), chosen.end(), [&](std::uint32_t a, std::uint32_t b) { return negated[a] < negated[b]; });
    for (const std::uint32_t pair : chosen)
      if (pair / width < length && pair % width < length) candidates.push_back({pair / width, pair % width, -negated[pair]});
  }
  // The first token always passes: the reference looks indices up in a list that holds a 0 besides.
  const bool any = std::any_of(allowed.begin(), allowed.end(), [](std::uint8_t value) { return value != 0; });
  const auto passes = [&](std::size_t i) { return allowed[i] != 0 || (i == 0 && any); };
  for (const AnswerSpan& span : candidates)
    if (passes(span.start) && passes(span.end)) result.spans.push_back(span);
  return result;
}

}  // namespace albert::tasks
