#include "albert/config.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "albert/error.h"
#include "base/file_source.h"
#include "model/config_load.h"

namespace {

using albert::AlbertConfig;
using albert::dump_json;
using albert::Error;
using albert::ErrorCode;
using albert::Json;
using albert::parse_json;

template <class Action>
ErrorCode error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

/// A folder that is gone when the test ends.
class Folder {
 public:
  Folder() : path_(std::filesystem::path(testing::TempDir()) / ("config-" + std::to_string(::getpid()) + "-" + std::to_string(count_++))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string path(const std::string& name = "") const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name, std::ios::binary) << text; }

 private:
  static inline int count_ = 0;
  std::filesystem::path path_;
};

TEST(Config, TheDefaultsAreThoseOfTheReference) {
  const AlbertConfig config;
  EXPECT_EQ(config.to_json_string(), R"({
  "attention_probs_dropout_prob": 0,
  "bos_token_id": 2,
  "classifier_dropout_prob": 0.1,
  "embedding_size": 128,
  "eos_token_id": 3,
  "hidden_act": "gelu_new",
  "hidden_dropout_prob": 0,
  "hidden_size": 4096,
  "initializer_range": 0.02,
  "inner_group_num": 1,
  "intermediate_size": 16384,
  "layer_norm_eps": 1e-12,
  "max_position_embeddings": 512,
  "model_type": "albert",
  "num_attention_heads": 64,
  "num_hidden_groups": 1,
  "num_hidden_layers": 12,
  "pad_token_id": 0,
  "position_embedding_type": "absolute",
  "transformers_version": "4.34.1",
  "type_vocab_size": 2,
  "vocab_size": 30000
}
)");
  EXPECT_EQ(config.to_dict().as_object().size(), 73u);
  EXPECT_EQ(config.num_labels(), 2);
  EXPECT_TRUE(config.use_return_dict());
  EXPECT_EQ(config.pad_token_id(), 0);
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string fnv(std::string_view text) {
  std::uint64_t value = 0xCBF29CE484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return fmt::format("{:016x}", value);
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

AlbertConfig make(const Json& how, Json& unused) {
  const Json none;
  const Json& overrides = how.find("overrides") ? *how.find("overrides") : none;
  if (const Json* arguments = how.find("init")) return AlbertConfig(*arguments);
  if (const Json* dict = how.find("dict")) return AlbertConfig::from_dict(*dict, overrides, &unused);
  const Folder folder;
  for (const auto& [name, text] : how.find("files")->as_object()) {
    std::filesystem::create_directories(std::filesystem::path(folder.path(name)).parent_path());
    const bool hex = text.as_string().starts_with("hex:");
    folder.write(name, hex ? from_hex(text.as_string().substr(4)) : text.as_string());
  }
  const std::string path = folder.path(how.find("path")->as_string());
  if (how.find("plain")) return AlbertConfig::from_json_file(path);
  return AlbertConfig::from_pretrained(path, overrides, &unused);
}

/// What make_config.py's outcome() says of the reference.
Json outcome(const Json& test) {
  Json result;
  std::int64_t step = 0;
  try {
    Json unused;
    AlbertConfig config = make(*test.find("make"), unused);
    const auto noted = config.warnings().size();
    if (const Json* then = test.find("then")) {
      for (const Json& action : then->as_array()) {
        ++step;
        const auto& words = action.as_array();
        const std::string& name = words[0].as_string();
        if (name == "set") config.set(words[1].as_string(), words[2]);
        if (name == "update") config.update(words[1]);
        if (name == "string") config.update_from_string(words[1].as_string());
      }
    }
    ++step;
    result.set("diff", config.to_json_string());
    result.set("full", fnv(config.to_json_string(false)));
    result.set("order", fnv(dump_json(config.to_dict())));
    const Json labels = config.get("id2label");
    result.set("num_labels", labels.is_null() || labels.is_number() || labels.is_bool() ? Json() : Json(config.num_labels()));
    result.set("return_dict", config.get("use_return_dict"));
    if (unused.is_object() && !unused.as_object().empty()) result.set("unused", unused);
    if (noted != 0) result.set("warnings", noted);
    if (dump_json(config.to_dict()).find("NaN") == std::string::npos) {
      result.set("is_default", config == AlbertConfig());
      try {
        const auto again = AlbertConfig::from_dict(parse_json(config.to_json_string()));
        const bool same_text = again.to_json_string(false) == config.to_json_string(false);
        result.set("again", Json::Array{config == again, again == AlbertConfig::from_dict(again.to_dict()), same_text});
      } catch (const Error& error) {
        result.set("again", albert::to_string(error.code()));
      }
    }
    return result;
  } catch (const Error& error) {
    const auto code = error.code() == ErrorCode::io ? ErrorCode::not_found : error.code();  // both are its OSError
    return Json::Object{{"error", albert::to_string(code)}, {"step", step}};
  }
}

TEST(Config, BehavesAsTheReferenceInEveryCase) {
  const Json cases = parse_json(read_text(ALBERT_SOURCE_DIR "/tests/golden/config/cases.json"));
  ASSERT_GT(cases.as_array().size(), 500u);
  for (const Json& test : cases.as_array())
    EXPECT_EQ(dump_json(outcome(test), {.indent = 1}), dump_json(*test.find("result"), {.indent = 1}))
        << dump_json(*test.find("make")) << (test.find("then") ? dump_json(*test.find("then")) : "");
}

TEST(Config, ReadsFieldsByTheirTypes) {
  const auto with = [](const char* json) { return AlbertConfig(parse_json(json)); };
  EXPECT_EQ(with(R"({"hidden_size": 0})").hidden_size(), 0);
  EXPECT_EQ(with(R"({"hidden_size": 2147483647})").hidden_size(), 2147483647);
  EXPECT_EQ(error_of([&] { (void)with(R"({"hidden_size": 2147483648})").hidden_size(); }), ErrorCode::value);
  EXPECT_EQ(error_of([&] { (void)with(R"({"hidden_size": -1})").hidden_size(); }), ErrorCode::value);
  EXPECT_EQ(error_of([&] { (void)with(R"({"hidden_size": 99999999999999999999})").hidden_size(); }), ErrorCode::value);
  EXPECT_EQ(error_of([&] { (void)with(R"({"hidden_size": 8.0})").hidden_size(); }), ErrorCode::type);
  EXPECT_EQ(error_of([&] { (void)with(R"({"hidden_act": null})").hidden_act(); }), ErrorCode::type);
  EXPECT_EQ(error_of([&] { (void)with(R"({"layer_norm_eps": "1e-5"})").layer_norm_eps(); }), ErrorCode::type);
  EXPECT_EQ(with(R"({"layer_norm_eps": 1})").layer_norm_eps(), 1.0);
  EXPECT_EQ(with(R"({"classifier_dropout_prob": null})").classifier_dropout_prob(), std::nullopt);
  EXPECT_EQ(with(R"({"pad_token_id": null})").pad_token_id(), std::nullopt);
  EXPECT_EQ(with(R"({"pad_token_id": -3})").pad_token_id(), -3);
  EXPECT_EQ(with(R"({"problem_type": "regression"})").problem_type(), "regression");
  EXPECT_TRUE(with(R"({"output_attentions": 1})").output_attentions());
  EXPECT_FALSE(with(R"({"torchscript": true})").use_return_dict());
  EXPECT_FALSE(with(R"({"tie_word_embeddings": null})").tie_word_embeddings());
  const std::map<std::int64_t, std::vector<std::int64_t>> pruned{{0, {1, 2}}, {3, {}}};
  EXPECT_EQ(with(R"({"pruned_heads": {"0": [1, 2], "3": []}})").pruned_heads(), pruned);
  EXPECT_EQ(error_of([&] { (void)with(R"({"pruned_heads": {"0": 1}})").pruned_heads(); }), ErrorCode::type);
  EXPECT_EQ(error_of([&] { (void)with(R"({"pruned_heads": {"x": []}})").pruned_heads(); }), ErrorCode::value);
  EXPECT_EQ(error_of([&] { (void)AlbertConfig().get("nothing"); }), ErrorCode::key);
  EXPECT_EQ(error_of([&] { (void)with("[]"); }), ErrorCode::type);
}

TEST(Config, NamesLabels) {
  AlbertConfig config(parse_json(R"({"id2label": {"0": "no", "1": "yes", "2": 7}})"));
  EXPECT_EQ(config.num_labels(), 3);
  EXPECT_EQ(config.label(1), "yes");
  EXPECT_EQ(config.label(2), "7");
  EXPECT_EQ(error_of([&] { (void)config.label(3); }), ErrorCode::key);
  EXPECT_TRUE(config.get("label2id").is_null());
  config.set_id2label({{0, "a"}, {2, "b"}, {10, "c"}});
  EXPECT_NE(config.to_json_string().find("\"2\": \"b\",\n    \"10\": \"c\""), std::string::npos);
  config.set("num_labels", 12);
  EXPECT_EQ(config.label(11), "LABEL_11");
  EXPECT_EQ(config.get("label2id").find("LABEL_11")->as_int(), 11);
  EXPECT_EQ(error_of([&] { config.set("num_labels", 1'000'000'000); }), ErrorCode::resource);
}

TEST(Config, PublishedConfigurations) {
  ASSERT_EQ(AlbertConfig::published_names().size(), 8u);
  const auto base = AlbertConfig::published("albert-base-v2");
  EXPECT_EQ(base.hidden_size(), 768);
  EXPECT_EQ(base.num_attention_heads(), 12);
  EXPECT_EQ(base.hidden_act(), "gelu_new");
  EXPECT_EQ(base.hidden_dropout_prob(), 0.0);
  const auto xlarge = AlbertConfig::published("albert/albert-xlarge-v1");
  EXPECT_EQ(xlarge.intermediate_size(), 8192);
  EXPECT_EQ(xlarge.num_hidden_layers(), 24);
  EXPECT_EQ(xlarge.attention_probs_dropout_prob(), 0.1);
  EXPECT_EQ(xlarge.hidden_act(), "gelu");
  for (const auto& name : AlbertConfig::published_names()) EXPECT_EQ(AlbertConfig::published(name).embedding_size(), 128);
  EXPECT_EQ(error_of([] { (void)AlbertConfig::published("albert-tiny-v2"); }), ErrorCode::key);
}

TEST(Config, SavesAFolderThatReadsBack) {
  const Folder folder;
  AlbertConfig config(parse_json(R"({"num_labels": 3, "note": {"b": "é", "a": []}, "pruned_heads": {"2": [1], "10": [0]}})"));
  config.save_pretrained(folder.path("deep/er"));
  EXPECT_EQ(read_text(folder.path("deep/er/config.json")), config.to_json_string());
  const auto again = AlbertConfig::from_pretrained(folder.path("deep/er"));
  EXPECT_EQ(again.to_json_string(false), AlbertConfig::from_dict(config.to_dict()).to_json_string(false));
  EXPECT_EQ(again, albert::load_config(albert::DirectorySource(folder.path("deep/er"))));
  folder.write("file", "x");
  EXPECT_EQ(error_of([&] { config.save_pretrained(folder.path("file")); }), ErrorCode::value);
  EXPECT_EQ(error_of([&] { config.save_pretrained(folder.path("file/inside")); }), ErrorCode::io);
  EXPECT_EQ(error_of([&] { (void)albert::load_config(albert::MemorySource("memory", {})); }), ErrorCode::not_found);
}

}  // namespace
