#include "pipelines/entities.h"

#include <gtest/gtest.h>

namespace {

using albert::AggregationStrategy;
using albert::Entity;
using albert::pipelines::TokenPrediction;

class Entities : public testing::Test {
 protected:
  Entities() : tokenizer(albert::Tokenizer::from_pretrained(ALBERT_SOURCE_DIR "/models/albert-mini-en")) {
    config.set("id2label", albert::Json::Object{{"0", "O"}, {"1", "B-PER"}, {"2", "I-PER"}, {"3", "I-LOC"}});
    config = albert::AlbertConfig::from_dict(config.to_dict());
  }

  static TokenPrediction token(std::string word, std::vector<float> scores, std::int64_t start, std::int64_t end, bool is_subword = false) {
    return {std::move(word), std::move(scores), start, end, start, is_subword};
  }

  std::vector<Entity> find(AggregationStrategy strategy, const std::vector<std::string>& ignore = {"O"}) const {
    // "Ann Lee to Rome", the first name in two pieces that disagree
    const std::vector<TokenPrediction> tokens{
        token("▁an", {0.1f, 0.6f, 0.2f, 0.1f}, 0, 2),     token("n", {0.05f, 0.05f, 0.1f, 0.8f}, 2, 3, true),
        token("▁lee", {0.1f, 0.1f, 0.7f, 0.1f}, 4, 7),    token("▁to", {0.9f, 0.0f, 0.0f, 0.1f}, 8, 10),
        token("▁rome", {0.1f, 0.1f, 0.1f, 0.7f}, 11, 15),
    };
    return albert::pipelines::find_entities(tokens, strategy, ignore, config, *tokenizer);
  }

  albert::AlbertConfig config;
  std::unique_ptr<albert::Tokenizer> tokenizer;
};

TEST_F(Entities, NoneKeepsEveryToken) {
  const auto entities = find(AggregationStrategy::none);
  ASSERT_EQ(entities.size(), 4u);
  EXPECT_EQ(entities[0].label, "B-PER");
  EXPECT_EQ(entities[1].label, "I-LOC");
  EXPECT_FALSE(entities[0].group);
  EXPECT_EQ(find(AggregationStrategy::none, {}).size(), 5u);
}

TEST_F(Entities, SimpleGroupsEqualTags) {
  const auto entities = find(AggregationStrategy::simple);
  ASSERT_EQ(entities.size(), 4u);
  EXPECT_EQ(entities[0].label, "PER");
  EXPECT_TRUE(entities[0].group);
  EXPECT_EQ(entities[0].word, "an");
  EXPECT_NEAR(entities[0].score, 0.6, 1e-6);
}

TEST_F(Entities, WordStrategiesDecideByWord) {
  const auto first = find(AggregationStrategy::first);
  ASSERT_EQ(first.size(), 2u);  // B-PER I-PER, O, I-LOC
  EXPECT_EQ(first[0].label, "PER");
  EXPECT_EQ(first[0].start, 0);
  EXPECT_EQ(first[0].end, 7);
  EXPECT_EQ(first[0].word, "annlee");
  EXPECT_NEAR(first[0].score, 0.65, 1e-6);
  const auto max = find(AggregationStrategy::max);
  ASSERT_EQ(max.size(), 3u);
  EXPECT_EQ(max[0].label, "LOC");
  EXPECT_NEAR(max[0].score, 0.8, 1e-6);
  const auto average = find(AggregationStrategy::average);
  EXPECT_EQ(average[0].label, "LOC");
  EXPECT_NEAR(average[0].score, 0.45, 1e-6);
}

TEST(JoinWindows, KeepsTheLongerThenTheBetter) {
  const auto entity = [](std::int64_t start, std::int64_t end, double score) {
    Entity e;
    e.start = start;
    e.end = end;
    e.score = score;
    return e;
  };
  const auto joined = albert::pipelines::join_windows({entity(5, 9, 0.5), entity(0, 3, 0.9), entity(0, 4, 0.1), entity(6, 10, 0.6)});
  ASSERT_EQ(joined.size(), 2u);
  EXPECT_EQ(joined[0].end, 4);
  EXPECT_EQ(joined[1].start, 6);
  EXPECT_TRUE(albert::pipelines::join_windows({}).empty());
}

}  // namespace
