#include "tasks/answer_spans.h"

#include <gtest/gtest.h>

#include <cmath>

#include "albert/error.h"

namespace {

using albert::tasks::best_spans;

const std::vector<float> kStart{0, 3, 1, 2, 0};
const std::vector<float> kEnd{0, 1, 4, 0, 2};
const std::vector<std::uint8_t> kAllowed{1, 0, 1, 1, 1};

double softmax(const std::vector<float>& logits, std::size_t index) {
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (kAllowed[i] != 0) sum += std::exp(double{logits[i]});
  return std::exp(double{logits[index]}) / sum;
}

TEST(BestSpans, FindsTheBestAllowedSpan) {
  const auto found = best_spans(kStart, kEnd, kAllowed, 1, 15, 5);
  ASSERT_EQ(found.spans.size(), 1u);
  // Token 1 has the best start but is not allowed; token 3 starts best then, but the best pair is 2..2.
  EXPECT_EQ(found.spans[0].start, 2u);
  EXPECT_EQ(found.spans[0].end, 2u);
  EXPECT_NEAR(found.spans[0].score, softmax(kStart, 2) * softmax(kEnd, 2), 1e-6);
  EXPECT_NEAR(found.null_score, softmax(kStart, 0) * softmax(kEnd, 0), 1e-6);
}

TEST(BestSpans, KeepsToTheAnswerLength) {
  const std::vector<float> start{0, 0, 9, 0, 0}, end{0, 0, -9, 0, 9};
  EXPECT_EQ(best_spans(start, end, kAllowed, 1, 3, 5).spans[0].end, 4u);
  EXPECT_NE(best_spans(start, end, kAllowed, 1, 2, 5).spans[0].end - 2, 2u);
}

TEST(BestSpans, GivesEmptySpansWhenAskedForMoreThanThereAre) {
  const auto found = best_spans(kStart, kEnd, kAllowed, 1000, 15, 5);
  // All pairs whose ends are both allowed, the impossible ones with score 0.
  EXPECT_EQ(found.spans.size(), 16u);
  for (std::size_t i = 1; i < found.spans.size(); ++i) EXPECT_GE(found.spans[i - 1].score, found.spans[i].score);
  EXPECT_EQ(found.spans.back().score, 0.0f);
}

TEST(BestSpans, RefusesTheCountThatTheReferenceCannotSelect) {
  EXPECT_THROW(static_cast<void>(best_spans(kStart, kEnd, kAllowed, 25, 15, 5)), albert::Error);
}

}  // namespace
