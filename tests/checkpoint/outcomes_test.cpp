// Every class's file loaded into every class, and changed shapes: the reference's reports.
#include "checkpoint/shard_size.h"

#include <cstring>

#include "checkpoint_cases.h"

namespace albert {
namespace {

TEST(LoadingOutcomes, AreThoseOfTheReference) {
  const auto& cases = golden_cases().find("outcomes")->as_array();
  ASSERT_GE(cases.size(), 100U);
  std::string saved, folder;
  for (const Json& item : cases) {
    const bool safe = item.find("safetensors")->as_bool();
    const std::string key = text(item, "file") + (safe ? " safetensors " : " bin ") + dump_json(*item.find("config"));
    SCOPED_TRACE(key + " -> " + text(item, "model"));
    if (key != saved) {
      folder = fresh_folder("outcomes");
      tiny_model(text(item, "file"), *item.find("config")).save_pretrained(folder, save_as(safe));
      saved = key;
    }
    check_case(item, folder);
  }
}

TEST(LoadingOutcomes, OfOtherShapesAreThoseOfTheReference) {
  const auto& cases = golden_cases().find("mismatch")->as_array();
  ASSERT_GE(cases.size(), 10U);
  for (const Json& item : cases) {
    SCOPED_TRACE(dump_json(item));
    const std::string folder = fresh_folder("mismatch");
    tiny_model(text(item, "file")).save_pretrained(folder, save_as(false));
    check_case(item, folder);
  }
}

TEST(LoadingOutcomes, ADroppedTensorKeepsTheLayersDefault) {
  const std::string folder = fresh_folder("default");
  tiny_model("AlbertForSequenceClassification").save_pretrained(folder);
  LoadOptions options;
  options.config_overrides = parse_json(R"({"num_labels": 50, "vocab_size": 600})");
  options.ignore_mismatched_sizes = true;
  const auto model = AlbertForSequenceClassification::from_pretrained(folder, options);
  // Linear: uniform in +-1/sqrt(4); the embedding: N(0, 1) with a zero padding row.
  double largest = 0, square = 0;
  for (const float value : model.parameters().at("classifier.weight").values<float>()) largest = std::max<double>(largest, std::abs(value));
  EXPECT_LE(largest, 0.5);
  EXPECT_GT(largest, 0.4);
  const Tensor table = model.parameters().at("albert.embeddings.word_embeddings.weight");
  for (const float value : table.values<float>()) square += static_cast<double>(value) * value;
  EXPECT_NEAR(square / static_cast<double>(table.size()), 1, 0.15);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(table.values<float>()[static_cast<std::size_t>(i)], 0);
  // And a missing one has ALBERT's: small, with zero biases.
  const auto base = fresh_folder("base");
  tiny_model("AlbertModel").save_pretrained(base);
  const auto head = AlbertForSequenceClassification::from_pretrained(base);
  for (const float value : head.parameters().at("classifier.weight").values<float>()) EXPECT_LT(std::abs(value), 0.2);
  for (const float value : head.parameters().at("classifier.bias").values<float>()) EXPECT_EQ(value, 0);
}

TEST(LoadingOutcomes, TensorFlowTakesItsDecoderFromTheWordTable) {
  const std::string folder = fresh_folder("untied");
  const auto model = tiny_model("AlbertForMaskedLM", parse_json(R"({"tie_word_embeddings": false})"));
  const std::string words = "albert.embeddings.word_embeddings.weight", decoder = "predictions.decoder.weight";
  ASSERT_NE(std::memcmp(model.parameters().at(words).data(), model.parameters().at(decoder).data(), model.parameters().at(words).bytes()),
            0);
  model.save_pretrained(folder);
  LoadOptions options;
  options.flavor = Flavor::tensorflow;
  const auto loaded = AlbertPreTrainedModel::from_pretrained(model.model_class(), folder, options);
  for (const auto& name : {words, decoder})
    EXPECT_EQ(std::memcmp(loaded.parameters().at(name).data(), model.parameters().at(words).data(), model.parameters().at(words).bytes()),
              0)
        << name;
}

TEST(ShardSize, FollowsTheReferencesGrammar) {
  for (const auto& [size, bytes] : golden_cases().find("sizes")->as_object()) {
    SCOPED_TRACE(size);
    if (bytes.is_null()) {
      EXPECT_THROW(static_cast<void>(parse_shard_size(size)), Error);
    } else if (bytes.as_string().size() > 19) {
      EXPECT_EQ(parse_shard_size(size), INT64_MAX);
    } else {
      EXPECT_EQ(std::to_string(parse_shard_size(size)), bytes.as_string());
    }
  }
}

}  // namespace
}  // namespace albert
