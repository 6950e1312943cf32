// Labelled examples as batches, beside what the reference's guides and collators make of them (tests/golden/make_fine_tuning.py),
// and the models that fine-tuning starts from.
#include "albert/fine_tuning.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

#include "albert/error.h"
#include "train/examples/vector_losses.h"

namespace albert {
namespace {

const std::string kFolder = std::string(ALBERT_SOURCE_DIR) + "/models/albert-mini-en";

const Json& golden(std::string_view name) {
  static const Json cases = [] {
    std::ifstream file(std::string(ALBERT_SOURCE_DIR) + "/tests/golden/fine_tuning/cases.json");
    return parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
  }();
  return *cases.find(name);
}

const Tokenizer& tokenizer() {
  static const auto loaded = Tokenizer::from_pretrained(kFolder);
  return *loaded;
}

AlbertConfig config_with(std::int64_t labels, const std::string& problem_type = "") {
  AlbertConfig config(parse_json(R"({"vocab_size": 8000, "embedding_size": 8, "hidden_size": 16, "num_attention_heads": 2,
                                     "intermediate_size": 32, "num_hidden_layers": 2, "max_position_embeddings": 128})"));
  std::map<std::int64_t, std::string> id2label;
  Json::Object label2id;
  for (std::int64_t i = 0; i < labels; ++i) {
    id2label.emplace(i, std::to_string(i));
    label2id.emplace_back(std::to_string(i), i);
  }
  config.set_id2label(id2label);
  config.set("label2id", label2id);
  if (!problem_type.empty()) config.set("problem_type", problem_type);
  return config;
}

std::vector<std::int64_t> all_of(TrainingData& data) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(data.size(0)));
  std::iota(indices.begin(), indices.end(), std::int64_t{0});
  return indices;
}

/// Whole numbers of a list, however deep.
void flatten(const Json& json, std::vector<std::int64_t>& values) {
  if (!json.is_array()) return values.push_back(json.as_int());
  for (const Json& item : json.as_array()) flatten(item, values);
}

std::vector<std::int64_t> shape_of(const Json& json) {
  std::vector<std::int64_t> shape;
  for (const Json* level = &json; level->is_array(); level = &level->as_array().front())
    shape.push_back(static_cast<std::int64_t>(level->as_array().size()));
  return shape;
}

void expect_tensor(const std::optional<Tensor>& tensor, const Json& expected) {
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->shape(), shape_of(expected));
  std::vector<std::int64_t> values;
  flatten(expected, values);
  const auto ours = tensor->values<std::int64_t>();
  EXPECT_EQ(std::vector<std::int64_t>(ours.begin(), ours.end()), values);
}

void expect_inputs(const ModelInputs& inputs, const Json& batch) {
  expect_tensor(inputs.input_ids, *batch.find("input_ids"));
  expect_tensor(inputs.token_type_ids, *batch.find("token_type_ids"));
  expect_tensor(inputs.attention_mask, *batch.find("attention_mask"));
}

TextData text_data(const Json& rows) {
  TextData data;
  data.places = DataPlaces({"text"});
  for (const Json& row : rows.as_array()) {
    TextExample& example = data.examples.emplace_back();
    example.place = {0, static_cast<std::int64_t>(data.examples.size())};
    example.input.text = row.find("text")->as_string();
    if (const Json* pair = row.find("text_pair"); pair != nullptr && pair->is_string()) example.input.text_pair = pair->as_string();
    if (const Json* label = row.find("label")) example.labels = {data.labels.intern(dump_json(*label), example.place)};
  }
  return data;
}

template <class Body>
std::string refusal(ErrorCode code, const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

TEST(FineTuningTest, TextsArePaddedAsInTheReference) {
  for (const Json& test : golden("text").as_array()) {
    const auto data = text_classification_batches(text_data(*test.find("rows")), tokenizer(), config_with(3),
                                                  {.max_length = test.find("max_length")->as_int()});
    const ModelInputs inputs = data->batch(0, all_of(*data));
    expect_inputs(inputs, *test.find("batch"));
    expect_tensor(inputs.labels, *test.find("batch")->find("labels"));
  }
}

TEST(FineTuningTest, WordsHaveTheirLabelAtTheFirstPiece) {
  for (const Json& test : golden("tokens").as_array()) {
    TokenData words;
    for (const Json& row : test.find("rows")->as_array()) {
      TokenExample& example = words.examples.emplace_back();
      for (const Json& word : row.find("tokens")->as_array()) example.words.push_back(word.as_string());
      for (const Json& tag : row.find("tags")->as_array()) example.tags.push_back(words.labels.intern(dump_json(tag), {}));
    }
    const auto data = token_classification_batches(words, tokenizer(), config_with(5), {.max_length = test.find("max_length")->as_int()});
    const ModelInputs inputs = data->batch(0, all_of(*data));
    expect_inputs(inputs, *test.find("batch"));
    expect_tensor(inputs.labels, *test.find("batch")->find("labels"));
  }
}

QuestionData question_data(const Json& rows) {
  QuestionData questions;
  questions.places = DataPlaces({"questions"});
  for (const Json& row : rows.as_array()) {
    QuestionExample& example = questions.examples.emplace_back();
    example.place = {0, static_cast<std::int64_t>(questions.examples.size())};
    example.question = row.find("question")->as_string();
    example.context = std::make_shared<const std::string>(row.find("context")->as_string());
    for (const Json& answer : row.find("answers")->find("text")->as_array()) example.answers.push_back(answer.as_string());
    for (const Json& start : row.find("answers")->find("answer_start")->as_array()) example.answer_starts.push_back(start.as_int());
  }
  return questions;
}

TEST(FineTuningTest, EveryWindowPointsAtItsAnswer) {
  for (const Json& test : golden("questions").as_array()) {
    const auto data =
        question_answering_batches(question_data(*test.find("rows")), tokenizer(), config_with(2),
                                   {.max_length = test.find("max_length")->as_int(), .doc_stride = test.find("doc_stride")->as_int()});
    const ModelInputs inputs = data->batch(0, all_of(*data));
    expect_inputs(inputs, *test.find("batch"));
    expect_tensor(inputs.start_positions, *test.find("batch")->find("start_positions"));
    expect_tensor(inputs.end_positions, *test.find("batch")->find("end_positions"));
  }
}

TEST(FineTuningTest, AnswersThatTheContextDoesNotHoldAreRefused) {
  QuestionData questions = question_data(*golden("questions").as_array().front().find("rows"));
  questions.examples[1].answer_starts = {100000};
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)question_answering_batches(questions, tokenizer(), config_with(2)); }).find("line 2"),
            std::string::npos);
  questions.examples[1].answer_starts.clear();
  questions.examples[1].answers = {"words that are not there"};
  (void)refusal(ErrorCode::bad_data, [&] { (void)question_answering_batches(questions, tokenizer(), config_with(2)); });
}

ChoiceData choice_data(const Json& rows) {
  ChoiceData choices;
  choices.places = DataPlaces({"choices"});
  for (const Json& row : rows.as_array()) {
    ChoiceExample& example = choices.examples.emplace_back();
    example.place = {0, static_cast<std::int64_t>(choices.examples.size())};
    example.input.text = row.find("text")->as_string();
    for (const Json& choice : row.find("choices")->as_array()) example.input.choices.push_back(choice.as_string());
    example.label = static_cast<std::int32_t>(row.find("label")->as_int());
  }
  return choices;
}

TEST(FineTuningTest, ChoicesAreRowsOfTheirExample) {
  for (const Json& test : golden("choices").as_array()) {
    ChoiceData choices = choice_data(*test.find("rows"));
    const auto data = multiple_choice_batches(choices, tokenizer(), config_with(2), {.max_length = test.find("max_length")->as_int()});
    const ModelInputs inputs = data->batch(0, all_of(*data));
    expect_inputs(inputs, *test.find("batch"));
    expect_tensor(inputs.labels, *test.find("batch")->find("labels"));
    choices.examples[2].input.choices.pop_back();
    EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)multiple_choice_batches(choices, tokenizer(), config_with(2)); }).find("line 3"),
              std::string::npos);
  }
}

TEST(FineTuningTest, MasksAreTheReferencesBlocksAnewInEveryEpoch) {
  for (const Json& test : golden("blocks").as_array()) {
    const auto data = masked_language_batches(text_data(*test.find("rows")), tokenizer(), config_with(2),
                                              {.block_size = test.find("block_size")->as_int()});
    const auto indices = all_of(*data);
    std::vector<std::int64_t> blocks, special;
    flatten(*test.find("blocks"), blocks);
    flatten(*test.find("special"), special);
    const std::int64_t mask = *tokenizer().special_token_id("mask");
    std::int64_t chosen = 0, masked = 0, kept = 0, candidates = 0, epochs = 400;
    for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
      const ModelInputs inputs = data->batch(epoch, indices);
      const auto ids = inputs.input_ids->values<std::int64_t>(), labels = inputs.labels->values<std::int64_t>();
      ASSERT_EQ(ids.size(), blocks.size());
      for (std::size_t i = 0; i < ids.size(); ++i) {
        candidates += special[i] == 0 ? 1 : 0;
        if (labels[i] == -100) {
          ASSERT_EQ(ids[i], blocks[i]);
          continue;
        }
        ASSERT_EQ(special[i], 0);
        ASSERT_EQ(labels[i], blocks[i]);
        ++chosen;
        masked += ids[i] == mask ? 1 : 0;
        kept += ids[i] == blocks[i] ? 1 : 0;
      }
    }
    const auto share = [](std::int64_t part, std::int64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); };
    EXPECT_NEAR(share(chosen, candidates), 0.15, 0.005);
    EXPECT_NEAR(share(masked, chosen), 0.8, 0.015);
    EXPECT_NEAR(share(kept, chosen), 0.1, 0.015);
    // A row is masked the same way whatever stands beside it.
    const ModelInputs together = data->batch(7, indices), alone = data->batch(7, std::vector<std::int64_t>{1});
    const auto row = together.input_ids->values<std::int64_t>().subspan(static_cast<std::size_t>(alone.input_ids->size()),
                                                                        static_cast<std::size_t>(alone.input_ids->size()));
    EXPECT_TRUE(std::equal(row.begin(), row.end(), alone.input_ids->values<std::int64_t>().begin()));
  }
}

TEST(FineTuningTest, ABatchAlwaysHasAMaskedToken) {
  const TextData texts = text_data(parse_json(R"([{"text": "a"}, {"text": ""}])"));
  const auto data = masked_language_batches(texts, tokenizer(), config_with(2), {.block_size = 0, .mlm_probability = 0.001});
  ASSERT_EQ(data->size(0), 1);  // the empty one has nothing to mask
  for (std::int64_t epoch = 0; epoch < 20; ++epoch) {
    const ModelInputs inputs = data->batch(epoch, std::vector<std::int64_t>{0});
    const auto labels = inputs.labels->values<std::int64_t>();
    EXPECT_EQ(std::count(labels.begin(), labels.end(), -100), static_cast<std::ptrdiff_t>(labels.size()) - 1);
  }
}

TEST(FineTuningTest, LabelsFollowTheProblem) {
  TextData data = text_data(parse_json(R"([{"text": "a", "label": 0}, {"text": "b", "label": 2}])"));
  const std::vector<std::int64_t> both{0, 1};
  const auto numbers = text_classification_batches(data, tokenizer(), config_with(1, "regression"))->batch(0, both);
  EXPECT_EQ(std::vector<float>(numbers.labels->values<float>().begin(), numbers.labels->values<float>().end()), (std::vector<float>{0, 2}));
  data.examples[1].labels = {1, 0};
  const auto several = text_classification_batches(data, tokenizer(), config_with(3, "multi_label_classification"))->batch(0, both);
  EXPECT_EQ(several.labels->shape(), (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(std::vector<float>(several.labels->values<float>().begin(), several.labels->values<float>().end()),
            (std::vector<float>{1, 0, 0, 1, 0, 1}));
  EXPECT_NE(refusal(ErrorCode::bad_data, [&] { (void)text_classification_batches(data, tokenizer(), config_with(3)); }).find("line 2"),
            std::string::npos);
  data.examples[1].labels = {1};
  (void)refusal(ErrorCode::bad_data, [&] { (void)text_classification_batches(data, tokenizer(), config_with(2)); });  // label 2 of 2
}

examples::VectorList vectors(std::size_t count, std::size_t width, double phase) {
  examples::VectorList list{{}, count, width};
  for (std::size_t i = 0; i < count * width; ++i) list.values.push_back(std::sin(phase + 1.7 * static_cast<double>(i)));
  return list;
}

/// Derivatives beside differences of the values.
template <class Loss>
void expect_derivatives(const Loss& loss) {
  auto first = vectors(3, 4, 0.3), second = vectors(3, 4, 2.1);
  const auto analytic = loss(first, second);
  constexpr double kStep = 1e-6;
  for (auto [list, derivative] : {std::pair(&first, &analytic.first), std::pair(&second, &analytic.second)}) {
    for (std::size_t i = 0; i < list->values.size(); ++i) {
      const double value = list->values[i];
      list->values[i] = value + kStep;
      const double above = loss(first, second).value;
      list->values[i] = value - kStep;
      const double below = loss(first, second).value;
      list->values[i] = value;
      EXPECT_NEAR(derivative->values[i], (above - below) / (2 * kStep), 1e-7);
    }
  }
}

TEST(FineTuningTest, LossesOfVectorsHaveTheirDerivatives) {
  expect_derivatives([](const auto& first, const auto& second) { return examples::contrastive_loss(first, second, 20); });
  const std::vector<double> targets{0.1, 0.8, -0.4};
  expect_derivatives([&](const auto& first, const auto& second) { return examples::cosine_loss(first, second, targets); });
  // Equal vectors in pairs that are at right angles to each other: log(1 + e^-scale).
  const examples::VectorList unit{{1, 0, 0, 1}, 2, 2};
  EXPECT_NEAR(examples::contrastive_loss(unit, unit, 5).value, std::log1p(std::exp(-5.0)), 1e-12);
}

TEST(FineTuningTest, CotangentsOfVectorsLieOnTheirTokens) {
  const TextData pairs = text_data(parse_json(R"([{"text": "a cat", "text_pair": "one small cat sat there", "label": 5},
                                                  {"text": "two dogs ran", "text_pair": "no", "label": 1}])"));
  const auto data =
      sentence_embedding_batches(pairs, tokenizer(), config_with(2), {.loss = EmbeddingLoss::cosine, .pooling = Pooling::mean});
  const std::vector<std::int64_t> both{0, 1};
  const ModelInputs inputs = data->batch(0, both);
  ASSERT_EQ(inputs.input_ids->dim(0), 4);
  const AlbertModel model(config_with(2));
  const ModelOutput output = model.forward(inputs, {.train = false});
  const auto loss = data->loss(0, both, output);
  ASSERT_TRUE(loss.has_value());
  const Tensor& cotangent = loss->cotangents.front().second;
  EXPECT_EQ(loss->cotangents.front().first, "last_hidden_state");
  EXPECT_EQ(cotangent.shape(), output.at("last_hidden_state").shape());
  const auto mask = inputs.attention_mask->values<std::int64_t>();
  const auto values = cotangent.values<float>();
  for (std::size_t token = 0; token < mask.size(); ++token) {
    const auto row = values.subspan(token * 16, 16);
    EXPECT_EQ(std::any_of(row.begin(), row.end(), [](float one) { return one != 0; }), mask[token] == 1) << token;
  }
}

class StartTest : public testing::Test {
 protected:
  StartTest() : folder_(testing::TempDir() + "albert_start_" + std::to_string(::getpid())) {}
  ~StartTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

bool is_new(const StartedModel& started, std::string_view name) {
  return std::find(started.new_parameters.begin(), started.new_parameters.end(), name) != started.new_parameters.end();
}

bool same(const AlbertPreTrainedModel& a, const AlbertPreTrainedModel& b, std::string_view name) {
  const auto x = a.parameters().at(name), y = b.parameters().at(name);
  return x.shape() == y.shape() && std::equal(x.values<float>().begin(), x.values<float>().end(), y.values<float>().begin());
}

constexpr const char* kEncoderWeight = "albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight";

TEST_F(StartTest, AnEncoderGetsAHeadWithTheLabelsOfTheData) {
  const AlbertForMaskedLM base(config_with(2), {.seed = 3});
  base.save_pretrained(folder_);
  const auto started =
      start_model(ModelClass::sequence_classification, folder_,
                  {.labels = {"no", "yes", "perhaps"}, .problem_type = "single_label_classification", .finetuning_task = "t"});
  EXPECT_TRUE(is_new(started, "classifier.weight"));
  EXPECT_TRUE(is_new(started, "albert.pooler.weight"));
  EXPECT_FALSE(is_new(started, kEncoderWeight));
  EXPECT_TRUE(same(started.model, base, kEncoderWeight));
  EXPECT_EQ(started.model.config().label(2), "perhaps");
  EXPECT_EQ(started.model.config().get("label2id").find("yes")->as_int(), 1);
  EXPECT_EQ(started.model.config().problem_type(), "single_label_classification");
  EXPECT_EQ(started.model.config().get("finetuning_task").as_string(), "t");
}

TEST_F(StartTest, AHeadStaysWhenItsLabelsDo) {
  const AlbertForSequenceClassification base(config_with(3), {.seed = 3});
  base.save_pretrained(folder_);
  const auto same_labels = start_model(ModelClass::sequence_classification, folder_, {.labels = {"0", "1", "2"}});
  EXPECT_TRUE(same_labels.new_parameters.empty());
  EXPECT_TRUE(same(same_labels.model, base, "classifier.weight"));
  const auto others = start_model(ModelClass::sequence_classification, folder_, {.labels = {"a", "b", "c"}});
  EXPECT_TRUE(is_new(others, "classifier.weight"));
  EXPECT_FALSE(same(others.model, base, "classifier.weight"));
  EXPECT_TRUE(same(others.model, base, "albert.pooler.weight"));
  // A head of the same name that belongs to another class is no head of this one.
  EXPECT_TRUE(is_new(start_model(ModelClass::token_classification, folder_), "classifier.weight"));
  EXPECT_EQ(start_model(ModelClass::question_answering, folder_).model.config().num_labels(), 2);
  EXPECT_EQ(start_model(ModelClass::multiple_choice, folder_).model.parameters().at("classifier.weight").dim(0), 1);
}

TEST_F(StartTest, AnotherConfigurationIsRefused) {
  AlbertForSequenceClassification(config_with(3)).save_pretrained(folder_);
  AlbertConfig config = config_with(3);
  config.set("intermediate_size", 48);
  config.save_pretrained(folder_);
  EXPECT_NE(
      refusal(ErrorCode::value, [&] { (void)start_model(ModelClass::sequence_classification, folder_); }).find("another configuration"),
      std::string::npos);
}

}  // namespace
}  // namespace albert
