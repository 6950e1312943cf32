#include <cmath>
#include <numeric>

#include "base/memory.h"
#include "small_model.h"

namespace albert::testing {
namespace {

std::int64_t count(const std::vector<ParameterSpec>& table) {
  std::int64_t total = 0;
  for (const auto& spec : table)
    if (spec.tied_to.empty()) total += std::accumulate(spec.shape.begin(), spec.shape.end(), std::int64_t{1}, std::multiplies<>());
  return total;
}

// The counts that the reference's own models have, a tied decoder once.
TEST(ParameterTableTest, CountsAreThePublishedOnes) {
  const struct {
    const char* name;
    std::int64_t base, bare, masked_lm, pre_training;
  } rows[] = {{"albert-base-v2", 11'683'584, 11'092'992, 11'221'680, 11'813'810},
              {"albert-large-v2", 17'683'968, 16'634'368, 16'795'824, 17'847'474},
              {"albert-xlarge-v2", 58'724'864, 54'528'512, 54'821'040, 59'021'490},
              {"albert-xxlarge-v2", 222'595'584, 205'814'272, 206'368'944, 223'158'450}};
  for (const auto& row : rows) {
    const auto config = AlbertConfig::published(row.name);
    EXPECT_EQ(count(parameter_table(config, ModelClass::model)), row.base) << row.name;
    EXPECT_EQ(count(parameter_table(config, ModelClass::model, false)), row.bare) << row.name;
    EXPECT_EQ(count(parameter_table(config, ModelClass::masked_lm)), row.masked_lm) << row.name;
    EXPECT_EQ(count(parameter_table(config, ModelClass::pre_training)), row.pre_training) << row.name;
  }
}

TEST(ParameterTableTest, AModelThatDoesNotFitMemoryIsRefused) {
  // Every tensor fits; together they do not.
  const auto hidden = static_cast<std::int64_t>(std::sqrt(static_cast<double>(available_memory()) / sizeof(float) / 24));
  const auto config = small_config({{"hidden_size", hidden},
                                    {"intermediate_size", hidden},
                                    {"num_attention_heads", 1},
                                    {"num_hidden_groups", 2},
                                    {"inner_group_num", 3}});
  EXPECT_NO_THROW((void)parameter_table(config, ModelClass::model));
  expect_code(ErrorCode::resource, [&] { (void)AlbertModel(config); });
}

TEST(ParameterTableTest, RowsComeInStateDictOrder) {
  const auto table = parameter_table(small_config({{"num_hidden_groups", 1}, {"inner_group_num", 1}}), ModelClass::pre_training);
  const std::vector<std::string> last{"predictions.bias",         "predictions.LayerNorm.weight",     "predictions.LayerNorm.bias",
                                      "predictions.dense.weight", "predictions.dense.bias",           "predictions.decoder.weight",
                                      "predictions.decoder.bias", "sop_classifier.classifier.weight", "sop_classifier.classifier.bias"};
  ASSERT_GT(table.size(), last.size());
  for (std::size_t i = 0; i < last.size(); ++i) EXPECT_EQ(table[table.size() - last.size() + i].name, last[i]);
  EXPECT_EQ(table[0].name, "albert.embeddings.word_embeddings.weight");
  EXPECT_EQ(table[table.size() - 4].tied_to, table[0].name);
  EXPECT_EQ(table[table.size() - 3].tied_to, "predictions.bias");
}

TEST(ParameterTableTest, RefusesWhatFitsNoMachine) {
  expect_code(ErrorCode::resource, [] { (void)parameter_table(small_config({{"num_hidden_layers", 5001}}), ModelClass::model); });
  expect_code(ErrorCode::resource, [] { (void)parameter_table(small_config({{"num_hidden_groups", 2'000'000'000}}), ModelClass::model); });
  expect_code(ErrorCode::resource, [] {
    (void)parameter_table(small_config({{"vocab_size", 2'000'000'000}, {"embedding_size", 2'000'000'000}}), ModelClass::model);
  });
}

TEST(ParametersTest, AreReplacedByNameAndKeepTheirTies) {
  const auto parameters = drawn_parameters(small_config(), ModelClass::masked_lm, 1);
  const Tensor table(DType::f32, {37, 12});
  const auto changed = parameters.with({{"albert.embeddings.word_embeddings.weight", table}});
  EXPECT_EQ(changed.at("predictions.decoder.weight").data(), table.data());
  EXPECT_EQ(parameters.with({{"predictions.decoder.weight", table}}).at("albert.embeddings.word_embeddings.weight").data(), table.data());
  EXPECT_NE(parameters.at("predictions.decoder.weight").data(), table.data());
  expect_code(ErrorCode::key, [&] { (void)parameters.with({{"predictions.decoder", table}}); });
  expect_code(ErrorCode::value, [&] { (void)parameters.with({{"predictions.bias", table}}); });
}

TEST(ParametersTest, TorchscriptClonesTheWordTable) {
  const auto config = small_config({{"torchscript", true}});
  const AlbertForMaskedLM model(config);
  EXPECT_TRUE(
      same_bits(model.parameters().at("predictions.decoder.weight"), model.parameters().at("albert.embeddings.word_embeddings.weight")));
  const auto names = model.parameters().names();
  EXPECT_NE(std::find(names.begin(), names.end(), "predictions.decoder.weight"), names.end());
}

double deviation(const Tensor& tensor) {
  double sum = 0, squares = 0;
  for (const float value : tensor.values<float>()) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  const auto n = static_cast<double>(tensor.size());
  return std::sqrt(squares / n - sum / n * (sum / n));
}

TEST(InitialValueTest, FollowsTheFramework) {
  const auto config = small_config({{"vocab_size", 2000}, {"embedding_size", 64}, {"pad_token_id", 5}});
  const auto pytorch = initial_parameters(config, ModelClass::masked_lm, true, Flavor::pytorch, 1);
  const auto tensorflow = initial_parameters(config, ModelClass::masked_lm, true, Flavor::tensorflow, 1);
  const auto flax = initial_parameters(config, ModelClass::masked_lm, true, Flavor::flax, 1);
  const std::string words = "albert.embeddings.word_embeddings.weight";
  EXPECT_NEAR(deviation(pytorch.at(words)), 0.2, 0.003);
  EXPECT_NEAR(deviation(tensorflow.at(words)), 0.2 * 0.8796, 0.003);
  EXPECT_NEAR(deviation(flax.at(words)), 0.2, 0.003);
  for (std::int64_t i = 0; i < 64; ++i) EXPECT_EQ(at(pytorch.at(words), 5 * 64 + i), 0);
  EXPECT_NE(at(tensorflow.at(words), 5 * 64), 0);
  for (const float value : tensorflow.at(words).values<float>()) EXPECT_LE(std::abs(value), 0.4f);
  EXPECT_NEAR(deviation(flax.at("predictions.dense.weight")), std::sqrt(1 / 24.0), 0.01);
  EXPECT_EQ(at(pytorch.at("albert.embeddings.LayerNorm.weight"), 3), 1);
  EXPECT_EQ(at(pytorch.at("albert.encoder.embedding_hidden_mapping_in.bias"), 3), 0);
}

TEST(InitialValueTest, IsAFunctionOfSeedAndName) {
  const auto config = small_config();
  const auto a = initial_parameters(config, ModelClass::masked_lm, true, Flavor::pytorch, 1);
  const auto b = initial_parameters(config, ModelClass::masked_lm, true, Flavor::pytorch, 1);
  const auto c = initial_parameters(config, ModelClass::masked_lm, true, Flavor::pytorch, 2);
  const std::string query = "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.query.weight";
  const std::string key = "albert.encoder.albert_layer_groups.0.albert_layers.0.attention.key.weight";
  EXPECT_TRUE(same_bits(a.at(query), b.at(query)));
  EXPECT_FALSE(same_bits(a.at(query), c.at(query)));
  EXPECT_FALSE(same_bits(a.at(query), a.at(key)));
}

}  // namespace
}  // namespace albert::testing
