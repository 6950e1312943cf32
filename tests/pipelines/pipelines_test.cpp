// Every task from the model folder that ships: shapes, orders, errors and batches. What the numbers
// are is compared with the reference in tests/oracle/compare_tasks.py.
#include "albert/pipelines.h"

#include <gtest/gtest.h>

namespace {

using namespace albert;

const std::string kModel = ALBERT_SOURCE_DIR "/models/albert-mini-en";

template <class T>
const T& loaded() {
  static const T pipeline = T::from_pretrained(kModel);
  return pipeline;
}

template <class Action>
ErrorCode code_of(Action&& action) {
  try {
    static_cast<void>(action());
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error";
  return ErrorCode::internal;
}

TEST(FillMask, AnswersEachMask) {
  const auto& pipeline = loaded<FillMaskPipeline>();
  const auto one = pipeline("The [MASK] was dark.");
  ASSERT_EQ(one.size(), 1u);
  ASSERT_EQ(one[0].size(), 5u);
  for (std::size_t i = 1; i < 5; ++i) EXPECT_GE(one[0][i - 1].score, one[0][i].score);
  EXPECT_EQ(one[0][0].sequence.find("[CLS]"), std::string::npos);
  const auto two = pipeline("The [MASK] was [MASK].");
  ASSERT_EQ(two.size(), 2u);
  EXPECT_NE(two[1][0].sequence.find("[MASK]"), std::string::npos);
  EXPECT_TRUE(FillMaskPipeline::to_json(one).as_array()[0].is_object());
  EXPECT_TRUE(FillMaskPipeline::to_json(two).as_array()[0].is_array());
}

TEST(FillMask, ChoosesAmongTargets) {
  const auto& pipeline = loaded<FillMaskPipeline>();
  FillMaskOptions options;
  options.targets = {"▁night", "▁house", "▁night"};
  EXPECT_EQ(pipeline("The [MASK] was dark.", options)[0].size(), 2u);
  options.targets = {"qqqqqq"};
  EXPECT_FALSE(pipeline.check(options).empty());
  options.targets = std::vector<std::string>{};
  EXPECT_EQ(code_of([&] { return pipeline("The [MASK] was dark.", options); }), ErrorCode::value);
}

TEST(FillMask, RefusesWhatTheReferenceRefuses) {
  const auto& pipeline = loaded<FillMaskPipeline>();
  EXPECT_EQ(code_of([&] { return pipeline("no mask"); }), ErrorCode::value);
  FillMaskOptions options;
  options.top_k = 100'000;
  EXPECT_EQ(code_of([&] { return pipeline("a [MASK]", options); }), ErrorCode::value);
  options.top_k = 0;
  EXPECT_TRUE(pipeline("a [MASK]", options)[0].empty());
  options.top_k = kAll;
  EXPECT_EQ(static_cast<std::int64_t>(pipeline("a [MASK]", options)[0].size()), pipeline.model().config().vocab_size());
}

TEST(FillMask, BatchesKeepOrderAndErrors) {
  const auto& pipeline = loaded<FillMaskPipeline>();
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i)
    texts.push_back(i % 7 == 3 ? "nothing to fill" : std::string(static_cast<std::size_t>(i), 'a') + " [MASK] b");
  const auto outcomes = pipeline.run(texts);
  ASSERT_EQ(outcomes.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(outcomes[i].ok(), i % 7 != 3) << i;
    if (!outcomes[i].ok()) continue;
    const auto single = pipeline(texts[i]);
    EXPECT_NEAR(outcomes[i].value()[0][0].score, single[0][0].score, 1e-5);
  }
}

TEST(TextClassification, GivesOneLabelOrSeveral) {
  const auto& pipeline = loaded<TextClassificationPipeline>();
  const TextInput input{"My card was declined.", {}};
  const auto best = pipeline(input);
  EXPECT_TRUE(best.single);
  EXPECT_TRUE(TextClassificationPipeline::to_json(best).is_object());
  TextClassificationOptions options;
  options.top_k = kAll;
  const auto all = pipeline(input, options);
  ASSERT_EQ(static_cast<std::int64_t>(all.labels.size()), pipeline.model().config().num_labels());
  EXPECT_EQ(all.labels[0].label, best.labels[0].label);
  double sum = 0;
  for (const auto& label : all.labels) sum += label.score;
  EXPECT_NEAR(sum, 1.0, 1e-5);
  options.top_k = 3;
  EXPECT_EQ(pipeline(input, options).labels.size(), 3u);
  options.function_to_apply = "SOFTMIN";
  EXPECT_EQ(code_of([&] { return pipeline(input, options); }), ErrorCode::key);
}

TEST(TextClassification, OverlongTextFailsAloneInItsBatch) {
  const auto& pipeline = loaded<TextClassificationPipeline>();
  std::string longer;
  for (int i = 0; i < 2000; ++i) longer += "word ";
  const std::vector<TextInput> inputs{{"short", {}}, {longer, {}}, {"a pair", "of texts"}};
  const auto outcomes = pipeline.run(inputs);
  EXPECT_TRUE(outcomes[0].ok());
  EXPECT_FALSE(outcomes[1].ok());
  EXPECT_TRUE(outcomes[2].ok());
}

TEST(TokenClassification, WindowsNeedAFastTokenizerAndAStrategy) {
  const auto& pipeline = loaded<TokenClassificationPipeline>();
  TokenClassificationOptions options;
  options.ignore_labels = {};
  EXPECT_FALSE(pipeline("Anna flew to Paris.", options).empty());
  options.stride = 8;
  options.aggregation_strategy = AggregationStrategy::none;
  EXPECT_EQ(code_of([&] { return pipeline("x", options); }), ErrorCode::value);
  options.aggregation_strategy = AggregationStrategy::simple;
  std::string longer;
  for (int i = 0; i < 1500; ++i) longer += "Paris is big. ";
  EXPECT_FALSE(pipeline(longer, options).empty());
  PipelineOptions slow;
  slow.use_fast = false;
  const auto with_slow = TokenClassificationPipeline::from_pretrained(kModel, slow);
  EXPECT_EQ(code_of([&] { return with_slow("x", options); }), ErrorCode::value);
  options.stride.reset();
  options.aggregation_strategy = AggregationStrategy::first;
  EXPECT_EQ(code_of([&] { return with_slow("x", options); }), ErrorCode::value);
}

TEST(QuestionAnswering, AnswersFromTheContext) {
  for (const bool fast : {true, false}) {
    PipelineOptions pipeline_options;
    pipeline_options.use_fast = fast;
    const auto pipeline = QuestionAnsweringPipeline::from_pretrained(kModel, pipeline_options);
    const QuestionInput input{"Who wrote it?", "It was written by Jane Austen in 1813."};
    const auto best = pipeline(input);
    ASSERT_EQ(best.size(), 1u);
    EXPECT_NE(input.context.find(best[0].answer), std::string::npos);
    QuestionAnsweringOptions options;
    options.top_k = 3;
    EXPECT_EQ(pipeline(input, options).size(), 3u);
    options.handle_impossible_answer = true;
    EXPECT_LE(pipeline(input, options).size(), 3u);
    options.top_k = 0;
    EXPECT_EQ(code_of([&] { return pipeline(input, options); }), ErrorCode::value);
    EXPECT_EQ(code_of([&] { return pipeline({"", "text"}); }), ErrorCode::value);
  }
}

TEST(MultipleChoice, RanksTheChoices) {
  const auto& pipeline = loaded<MultipleChoicePipeline>();
  const auto result = pipeline({"She opened the window.", {"It was hot.", "Nine ships.", "The air came in."}});
  ASSERT_EQ(result.size(), 3u);
  EXPECT_GE(result[0].score, result[2].score);
  EXPECT_NEAR(result[0].score + result[1].score + result[2].score, 1.0, 1e-5);
  EXPECT_EQ(code_of([&] { return pipeline({"text", {}}); }), ErrorCode::value);
}

TEST(MultipleChoice, AnEmptyChoiceIsASecondTextWithoutTokens) {
  // As the batched call of the reference has it: a removed control character gives the same tokens.
  const auto result = loaded<MultipleChoicePipeline>()({"She opened the window.", {"", "\x7F"}});
  EXPECT_NEAR(result[0].score, result[1].score, 1e-5);
}

TEST(SentenceOrder, NeedsAPair) {
  const auto& pipeline = loaded<SentenceOrderPipeline>();
  const auto result = pipeline({"He closed the door.", "Then he left."});
  EXPECT_TRUE(result.label == "ordered" || result.label == "swapped");
  EXPECT_GE(result.score, 0.5);
  EXPECT_EQ(code_of([&] { return pipeline({"alone", {}}); }), ErrorCode::value);
}

TEST(FeatureExtraction, PoolsAndNormalises) {
  const auto& pipeline = loaded<FeatureExtractionPipeline>();
  const auto all = pipeline("The wind was cold.");
  ASSERT_EQ(all.rank(), 3);
  const std::int64_t width = pipeline.model().config().hidden_size();
  EXPECT_EQ(all.dim(2), width);
  for (const auto pooling : {Pooling::cls, Pooling::mean, Pooling::max}) {
    FeatureExtractionOptions options;
    options.pooling = pooling;
    const auto pooled = pipeline("The wind was cold.", options);
    EXPECT_EQ(pooled.shape(), std::vector<std::int64_t>{width});
    if (pooling == Pooling::cls) {
      EXPECT_EQ(pooled.values<float>()[0], all.values<float>()[0]);
    }
    options.normalize = true;
    const Tensor unit = pipeline("The wind was cold.", options);
    double squares = 0;
    for (const float value : unit.values<float>()) squares += double{value} * value;
    EXPECT_NEAR(squares, 1.0, 1e-5);
  }
}

TEST(ZeroShotClassification, ParsesLabelsAndTemplates) {
  EXPECT_EQ(ZeroShotClassificationPipeline::parse_labels(" a, b ,,c"), (std::vector<std::string>{"a", "b", "c"}));
  const auto config = AlbertConfig::from_pretrained(kModel, Json::Object{{"num_labels", 3}});
  const auto model = std::make_shared<AlbertForSequenceClassification>(config);
  model->eval();
  const ZeroShotClassificationPipeline pipeline(model, Tokenizer::from_pretrained(kModel));
  ZeroShotClassificationOptions options;
  options.candidate_labels = {"war", "weather", "food"};
  const auto result = pipeline("The wind was cold.", options);
  ASSERT_EQ(result.labels.size(), 3u);
  EXPECT_NEAR(result.labels[0].score + result.labels[1].score + result.labels[2].score, 1.0, 1e-5);
  options.hypothesis_template = "no field";
  EXPECT_EQ(code_of([&] { return pipeline("text", options); }), ErrorCode::value);
  options.hypothesis_template = "{{}} {}";
  EXPECT_EQ(pipeline("text", options).labels.size(), 3u);
  EXPECT_EQ(code_of([&] { return pipeline("", options); }), ErrorCode::value);
  options.candidate_labels = {};
  EXPECT_EQ(code_of([&] { return pipeline("text", options); }), ErrorCode::value);
}

TEST(Loading, RefusesAFolderWithoutTheHead) {
  // One weight file has no heads beside it, only its own tensors.
  EXPECT_EQ(code_of([] { return QuestionAnsweringPipeline::from_pretrained(kModel + "/model.safetensors"); }), ErrorCode::bad_data);
  EXPECT_EQ(code_of([] { return FillMaskPipeline::from_pretrained("/nowhere"); }), ErrorCode::not_found);
}

}  // namespace
