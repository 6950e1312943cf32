// Saving: the reference's files byte for byte, shards, stale shards, and what is refused.
#include <unistd.h>

#include <cstring>

#include "checkpoint_cases.h"

namespace albert {
namespace {

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (std::string name = entry.path().filename().string(); !name.starts_with("expected.")) names.push_back(std::move(name));
  std::sort(names.begin(), names.end());
  return names;
}

// The same model without the path that it was loaded from, which a save writes into config.json.
AlbertPreTrainedModel unnamed(const AlbertPreTrainedModel& model) {
  AlbertConfig config = model.config();
  config.set("_name_or_path", "");
  return {model.model_class(), config, model.parameters(), {}};
}

TEST(Save, WritesTheReferencesBytes) {
  struct Case {
    const char *folder, *model;
    AlbertPreTrainedModel::SaveOptions options;
  };
  for (const Case& test : {Case{"sharded_safetensors", "AlbertForPreTraining", save_as(true, "1KiB")},
                           Case{"variant", "AlbertForQuestionAnswering", save_as(true, "10GB", "v1")}}) {
    const std::string golden = golden_folder(test.folder), folder = fresh_folder("bytes");
    LoadOptions options;
    options.variant = test.options.variant;
    const auto loaded = AlbertPreTrainedModel::from_pretrained(model_class_from_string(test.model), golden, options);
    unnamed(loaded).save_pretrained(folder, test.options);
    EXPECT_EQ(files_of(folder), files_of(golden));
    for (const std::string& name : files_of(golden))
      EXPECT_EQ(MappedFile::open(join_path(folder, name))->text(), MappedFile::open(join_path(golden, name))->text()) << name;
  }
}

TEST(Save, ShardsTorchFilesAsTheReferenceDoes) {
  const std::string golden = golden_folder("sharded_bin"), folder = fresh_folder("sharded_bin");
  const auto loaded = AlbertForMaskedLM::from_pretrained(golden);
  EXPECT_EQ(loaded.config().get("_name_or_path").as_string(), golden);
  unnamed(loaded).save_pretrained(folder, save_as(false, "2KB"));
  EXPECT_EQ(files_of(folder), files_of(golden));
  for (const char* name : {"config.json", "pytorch_model.bin.index.json"})
    EXPECT_EQ(MappedFile::open(join_path(folder, name))->text(), MappedFile::open(join_path(golden, name))->text()) << name;
}

TEST(Save, LoadsBackTheSameNumbers) {
  for (const char* name : {"AlbertModel", "AlbertForPreTraining", "AlbertForMaskedLM", "AlbertForSequenceClassification",
                           "AlbertForMultipleChoice", "AlbertForTokenClassification", "AlbertForQuestionAnswering"})
    for (const bool safe : {false, true})
      for (const auto& [size, tied] : {std::pair("10GB", true), {"1KB", true}, {"1kb", false}}) {
        SCOPED_TRACE(std::string(name) + (safe ? " safetensors " : " bin ") + size);
        const auto model = tiny_model(name, Json::Object{{"tie_word_embeddings", tied}, {"position_embedding_type", "relative_key"}});
        const std::string folder = fresh_folder("round_trip");
        model.save_pretrained(folder, save_as(safe, size));
        LoadingInfo info;
        LoadOptions options;
        options.info = &info;
        const auto loaded = AlbertPreTrainedModel::from_pretrained(model.model_class(), folder, options);
        EXPECT_TRUE(info.missing_keys.empty() && info.unexpected_keys.empty() && info.mismatched_keys.empty() && info.warnings.empty());
        ASSERT_EQ(loaded.parameters().names(), model.parameters().names());
        for (const std::string& row : model.parameters().names())
          EXPECT_EQ(std::memcmp(loaded.parameters().at(row).data(), model.parameters().at(row).data(), model.parameters().at(row).bytes()),
                    0)
              << row;
        EXPECT_EQ(loaded.config().get("architectures").as_array().at(0).as_string(), name);
      }
}

TEST(Save, DeletesOnlyStaleShards) {
  const std::string folder = fresh_folder("stale");
  const auto model = tiny_model("AlbertForMaskedLM");
  model.save_pretrained(folder, save_as(true, "1KB"));
  for (const char* name : {"pytorch_model-00001-of-00002.bin", "model-0001-of-00002.safetensors", "other-00001-of-00002.safetensors",
                           "model.v-00001-of-00002.safetensors", "pytorch_model.bin"})
    write_file(join_path(folder, name), "");
  model.save_pretrained(folder);
  EXPECT_EQ(files_of(folder),
            (std::vector<std::string>{"config.json", "model-0001-of-00002.safetensors", "model.safetensors", "model.safetensors.index.json",
                                      "other-00001-of-00002.safetensors", "pytorch_model-00001-of-00002.bin", "pytorch_model.bin"}));
}

// The numbers of a loaded model are views into the very files that a save replaces.
TEST(Save, OverTheFilesThatWereLoaded) {
  const std::string folder = fresh_folder("in_place");
  const auto model = tiny_model("AlbertForMaskedLM");
  model.save_pretrained(folder, save_as(true, "1KB"));
  const auto loaded = AlbertForMaskedLM::from_pretrained(folder);
  loaded.save_pretrained(folder);
  loaded.save_pretrained(folder, save_as(false));
  for (const bool safe : {true, false}) {
    LoadOptions options;
    options.use_safetensors = safe;
    const auto again = AlbertForMaskedLM::from_pretrained(folder, options);
    for (const std::string& row : model.parameters().names())
      EXPECT_EQ(std::memcmp(again.parameters().at(row).data(), model.parameters().at(row).data(), model.parameters().at(row).bytes()), 0)
          << row;
  }
}

TEST(Save, RefusesAFileAsTarget) {
  const std::string file = testing::TempDir() + std::to_string(::getpid()) + "_albert_target";
  write_file(file, "precious");
  const auto model = tiny_model("AlbertModel");
  try {
    model.save_pretrained(file);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
  }
  EXPECT_EQ(MappedFile::open(file)->text(), "precious");
  EXPECT_THROW(model.save_pretrained(fresh_folder("size"), save_as(true, "7")), Error);
}

}  // namespace
}  // namespace albert
