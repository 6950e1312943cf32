// A folder with heads of its own for several tasks around one encoder, and the embedded model.
#include <cstring>

#include "albert/safetensors.h"
#include "checkpoint_cases.h"

namespace albert {
namespace {

// An encoder with a masked-LM head, and a head of three labels under heads/token-classification.
std::string folder_with_head() {
  const std::string folder = fresh_folder("heads");
  tiny_model("AlbertForPreTraining").save_pretrained(folder);
  const std::string head = folder + "/heads/token-classification";
  const auto tagger = tiny_model("AlbertForTokenClassification", parse_json(R"({"num_labels": 3})"));
  tagger.save_pretrained(head);
  save_safetensors(head + "/model.safetensors",
                   {{"classifier.weight", Tensor::from<float>({3, 4}, std::vector<float>(12, 2))},
                    {"classifier.bias", Tensor::from<float>({3}, std::vector<float>{1, 2, 3})}},
                   {{"format", "pt"}});
  return folder;
}

TEST(Heads, JoinTheEncoderOfTheirFolder) {
  const std::string folder = folder_with_head();
  EXPECT_EQ(model_tasks(folder), (std::vector<std::string>{"token-classification"}));
  LoadingInfo info;
  LoadOptions options;
  options.info = &info;
  options.task = "token-classification";
  const auto model = AlbertForTokenClassification::from_pretrained(folder, options);
  EXPECT_EQ(model.config().num_labels(), 3);
  EXPECT_TRUE(info.missing_keys.empty() && info.unexpected_keys.empty() && info.warnings.empty());
  EXPECT_EQ(model.parameters().at("classifier.bias").values<float>()[2], 3);
  const auto encoder = AlbertModel::from_pretrained(folder);
  const std::string name = "encoder.albert_layer_groups.1.albert_layers.1.ffn.weight";
  EXPECT_EQ(std::memcmp(model.parameters().at("albert." + name).data(), encoder.parameters().at(name).data(), 80), 0);
}

TEST(Heads, JoinAnEncoderWithoutPrefix) {
  const std::string folder = folder_with_head();
  const auto encoder = tiny_model("AlbertModel");
  encoder.save_pretrained(folder, save_as(false));
  std::filesystem::remove(folder + "/model.safetensors");
  LoadingInfo info;
  LoadOptions options;
  options.info = &info;
  options.task = "token-classification";
  const auto model = AlbertForTokenClassification::from_pretrained(folder, options);
  EXPECT_TRUE(info.missing_keys.empty() && info.unexpected_keys.empty());
  const std::string name = "embeddings.word_embeddings.weight";
  EXPECT_EQ(std::memcmp(model.parameters().at("albert." + name).data(), encoder.parameters().at(name).data(), 132), 0);
}

TEST(Heads, ATaskWithoutItsOwnHeadReadsTheFolder) {
  const std::string folder = folder_with_head();
  LoadOptions options;
  options.task = "fill-mask";
  LoadingInfo info;
  options.info = &info;
  static_cast<void>(AlbertForMaskedLM::from_pretrained(folder, options));
  EXPECT_TRUE(info.missing_keys.empty());
}

TEST(Heads, ReportWhatTheyLack) {
  const std::string folder = folder_with_head();
  save_safetensors(folder + "/heads/token-classification/model.safetensors", {{"classifier.weight", Tensor(DType::f32, {3, 4})}},
                   {{"format", "pt"}});
  LoadOptions options;
  options.task = "token-classification";
  LoadingInfo info;
  options.info = &info;
  static_cast<void>(AlbertForTokenClassification::from_pretrained(folder, options));
  EXPECT_EQ(info.missing_keys, (std::vector<std::string>{"classifier.bias"}));
}

TEST(EmbeddedModel, LoadsForEveryTask) {
  if (embedded_model().empty()) GTEST_SKIP() << "built without ALBERT_EMBED_MODEL";
  static const std::vector<std::pair<std::string, ModelClass>> kTasks = {
      {"fill-mask", ModelClass::masked_lm},
      {"sentence-order", ModelClass::pre_training},
      {"text-classification", ModelClass::sequence_classification},
      {"token-classification", ModelClass::token_classification},
      {"question-answering", ModelClass::question_answering},
      {"multiple-choice", ModelClass::multiple_choice},
  };
  EXPECT_EQ(model_tasks(embedded_model()).size(), 4U);
  for (const auto& [task, model_class] : kTasks) {
    LoadOptions options;
    LoadingInfo info;
    options.task = task;
    options.info = &info;
    const auto model = AlbertPreTrainedModel::from_pretrained(model_class, embedded_model(), options);
    EXPECT_TRUE(info.missing_keys.empty()) << task << ": " << info.missing_keys[0];
    EXPECT_GT(model.parameters().count(), 1000);
  }
  EXPECT_EQ(AlbertConfig::from_pretrained(embedded_model()).vocab_size(), 8000);
}

}  // namespace
}  // namespace albert
