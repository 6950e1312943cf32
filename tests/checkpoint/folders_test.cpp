// Folders that the reference wrote: shards of both containers, variants, old names, odd indexes.
#include <cstring>

#include "albert/safetensors.h"
#include "checkpoint_cases.h"

namespace albert {
namespace {

TEST(Folders, LoadAsInTheReference) {
  for (const Json& item : golden_cases().find("folders")->as_array()) {
    SCOPED_TRACE(dump_json(item));
    const std::string folder = golden_folder(text(item, "folder"));
    const auto model = check_case(item, folder);
    const std::string expected = join_path(folder, "expected." + text(item, "model") + ".safetensors");
    if (!model || !is_file(expected)) continue;
    for (const auto& [name, tensor] : load_safetensors(expected)) {
      ASSERT_TRUE(model->parameters().contains(name)) << name;
      const Tensor ours = model->parameters().at(name);
      ASSERT_EQ(ours.shape(), tensor.shape()) << name;
      EXPECT_EQ(std::memcmp(ours.data(), tensor.data(), tensor.bytes()), 0) << name;
    }
  }
}

TEST(Folders, TensorsOutsideTheIndexAreLoaded) {
  const auto model = AlbertForTokenClassification::from_pretrained(golden_folder("odd_index"));
  for (const float value : model.parameters().at("albert.embeddings.LayerNorm.bias").values<float>())
    EXPECT_EQ(value, 5);  // the later shard
  for (const float value : model.parameters().at("classifier.weight").values<float>()) EXPECT_EQ(value, 2);
}

ErrorCode load_error(const std::string& path, const LoadOptions& options = {}) {
  try {
    static_cast<void>(AlbertModel::from_pretrained(path, options));
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

TEST(Folders, SaySoWhenSomethingIsMissingOrBroken) {
  EXPECT_EQ(load_error("/nonexistent/model"), ErrorCode::not_found);
  const std::string folder = fresh_folder("broken");
  make_directories(folder);
  EXPECT_EQ(load_error(folder), ErrorCode::not_found);  // no config.json
  tiny_config().save_pretrained(folder);
  EXPECT_EQ(load_error(folder), ErrorCode::not_found);  // no weights
  write_file(folder + "/tf_model.h5", "");
  EXPECT_EQ(load_error(folder), ErrorCode::not_found);
  write_file(folder + "/pytorch_model.bin.index.json", R"({"weight_map": {}})");
  EXPECT_EQ(load_error(folder), ErrorCode::key);
  write_file(folder + "/pytorch_model.bin.index.json", R"({"metadata": {}})");
  EXPECT_EQ(load_error(folder), ErrorCode::key);
  write_file(folder + "/pytorch_model.bin.index.json", R"({"metadata": {}, "weight_map": {"a": "gone.bin"}})");
  EXPECT_EQ(load_error(folder), ErrorCode::not_found);
  write_file(folder + "/pytorch_model.bin.index.json", R"({"metadata": {}, "weight_map": {"a": 1}})");
  EXPECT_EQ(load_error(folder), ErrorCode::bad_data);
  for (const char* elsewhere : {"../there.bin", "/etc/passwd", "shards/../../there.bin"}) {
    write_file(folder + "/pytorch_model.bin.index.json", std::string(R"({"metadata": {}, "weight_map": {"a": ")") + elsewhere + R"("}})");
    EXPECT_EQ(load_error(folder), ErrorCode::bad_data) << elsewhere;
  }
  write_file(folder + "/pytorch_model.bin.index.json", "[");
  EXPECT_EQ(load_error(folder), ErrorCode::bad_data);
  for (const char* content : {"", "version https://git-lfs.github.com/spec/v1\n", "junk"}) {
    write_file(folder + "/pytorch_model.bin", content);
    EXPECT_EQ(load_error(folder), ErrorCode::bad_data);
    write_file(folder + "/model.safetensors", content);
    EXPECT_EQ(load_error(folder), ErrorCode::bad_data);
    std::filesystem::remove(folder + "/model.safetensors");
  }
  save_safetensors(folder + "/model.safetensors", {});
  EXPECT_EQ(load_error(folder), ErrorCode::bad_data);  // no metadata
  save_safetensors(folder + "/model.safetensors", {}, {{"format", "other"}});
  EXPECT_EQ(load_error(folder), ErrorCode::bad_data);
  save_safetensors(folder + "/model.safetensors", {}, {{"format", "tf"}});
  EXPECT_EQ(load_error(folder), ErrorCode::not_implemented);
  save_safetensors(folder + "/model.safetensors", {}, {{"format", "pt"}});
  EXPECT_EQ(load_error(folder), ErrorCode::internal);  // a model of missing tensors only
  write_file(folder + "/checkpoint.index", "");
  EXPECT_EQ(load_error(folder + "/checkpoint"), ErrorCode::value);
}

TEST(Folders, AHeadWithoutTheBasePrefixIsCorrupted) {
  const std::string folder = fresh_folder("corrupted");
  tiny_model("AlbertForSequenceClassification").save_pretrained(folder);
  save_safetensors(folder + "/model.safetensors", {{"classifier.weight", Tensor(DType::f32, {2, 4})}}, {{"format", "pt"}});
  EXPECT_THROW(static_cast<void>(AlbertForSequenceClassification::from_pretrained(folder)), Error);
  EXPECT_NO_THROW(static_cast<void>(AlbertForQuestionAnswering::from_pretrained(folder)));
}

TEST(Folders, AWeightFileAloneNeedsAConfiguration) {
  const std::string folder = fresh_folder("file");
  const auto model = tiny_model("AlbertForMaskedLM");
  model.save_pretrained(folder);
  const std::string expected = "predictions.dense.weight";
  LoadOptions options;
  const auto beside = AlbertForMaskedLM::from_pretrained(folder + "/model.safetensors");
  std::filesystem::rename(folder + "/config.json", folder + "/elsewhere.json");
  EXPECT_EQ(load_error(folder + "/model.safetensors"), ErrorCode::not_found);
  options.config = tiny_config();
  const auto given = AlbertForMaskedLM::from_pretrained(folder + "/model.safetensors", options);
  for (const auto& loaded : {beside, given})
    EXPECT_EQ(std::memcmp(loaded.parameters().at(expected).data(), model.parameters().at(expected).data(), 48), 0);
}

TEST(Folders, ArgumentsThatNobodyTakesAreRefused) {
  const std::string folder = fresh_folder("arguments");
  tiny_model("AlbertModel").save_pretrained(folder);
  LoadOptions options;
  options.config_overrides = parse_json(R"({"no_such_argument": 1})");
  EXPECT_EQ(load_error(folder, options), ErrorCode::type);
  options.config_overrides = parse_json(R"({"add_pooling_layer": false})");
  EXPECT_FALSE(AlbertModel::from_pretrained(folder, options).parameters().contains("pooler.weight"));
  EXPECT_THROW(static_cast<void>(AlbertForMaskedLM::from_pretrained(folder, options)), Error);
}

}  // namespace
}  // namespace albert
