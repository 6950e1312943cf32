// tests/golden/checkpoints: what the reference reports (make_checkpoints.py), and comparing with it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "albert/error.h"
#include "albert/json.h"
#include "albert/model.h"
#include "base/file.h"

namespace albert {

inline std::string golden_folder(const std::string& name) { return std::string(ALBERT_SOURCE_DIR) + "/tests/golden/checkpoints/" + name; }

inline const Json& golden_cases() {
  static const Json cases = parse_json(MappedFile::open(golden_folder("cases.json"))->text());
  return cases;
}

inline std::string text(const Json& value, const char* key) { return value.find(key)->as_string(); }

/// An empty folder of this test's own.
inline std::string fresh_folder(const std::string& name) {
  const std::string path = testing::TempDir() + std::to_string(::getpid()) + "_albert_checkpoint_" + name;
  std::filesystem::remove_all(path);
  return path;
}

inline AlbertConfig tiny_config(const Json& changes = {}) {
  Json arguments = parse_json(R"({"vocab_size": 11, "embedding_size": 3, "hidden_size": 4, "num_hidden_layers": 3, "num_hidden_groups": 2,
    "num_attention_heads": 2, "intermediate_size": 5, "inner_group_num": 2, "max_position_embeddings": 7, "type_vocab_size": 2,
    "hidden_act": "gelu", "classifier_dropout_prob": 0.1})");
  if (changes.is_object())
    for (const auto& [name, value] : changes.as_object()) arguments.set(name, value);
  return AlbertConfig(arguments);
}

inline AlbertPreTrainedModel tiny_model(const std::string& class_name, const Json& changes = {}) {
  AlbertPreTrainedModel::BuildOptions options;
  options.seed = 5;
  return {model_class_from_string(class_name), tiny_config(changes), options};
}

inline AlbertPreTrainedModel::SaveOptions save_as(bool safetensors, const std::string& max_shard_size = "10GB",
                                                  const std::string& variant = "") {
  return {safetensors, max_shard_size, variant};
}

inline Json sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return Json(Json::Array(names.begin(), names.end()));
}

/// Sorts the names inside "['a', 'b']", which the reference takes from a set.
inline std::string sort_lists(std::string message) {
  for (std::size_t open = message.find("['"); open != std::string::npos; open = message.find("['", open + 1)) {
    const std::size_t close = message.find("']", open);
    std::vector<std::string> names;
    for (std::size_t at = open + 2; at < close;) {
      const std::size_t end = std::min(message.find("', '", at), close);
      names.push_back(message.substr(at, end - at));
      at = end + 4;
    }
    std::sort(names.begin(), names.end());
    std::string joined;
    for (const std::string& name : names) joined += (joined.empty() ? "" : "', '") + name;
    message.replace(open + 2, close - open - 2, joined);
  }
  return message;
}

/// The options of a case: those of LoadOptions by name, all others for the configuration.
inline LoadOptions options_of(const Json& options) {
  LoadOptions result;
  result.config_overrides = Json(Json::Object{});
  if (options.is_object())
    for (const auto& [name, value] : options.as_object()) {
      if (name == "ignore_mismatched_sizes")
        result.ignore_mismatched_sizes = value.as_bool();
      else if (name == "variant")
        result.variant = value.as_string();
      else if (name == "use_safetensors")
        result.use_safetensors = value.as_bool();
      else
        result.config_overrides.set(name, value);
    }
  return result;
}

/// Loads as the case says and compares report, warnings and errors. Returns the model when there is one.
inline std::optional<AlbertPreTrainedModel> check_case(const Json& item, const std::string& folder) {
  LoadOptions options = options_of(item.find("options") != nullptr ? *item.find("options") : Json());
  LoadingInfo info;
  options.info = &info;
  const auto with_folder = [&](std::string message) {
    for (std::size_t at = message.find("FOLDER"); at != std::string::npos; at = message.find("FOLDER", at)) message.replace(at, 6, folder);
    return message;
  };
  std::optional<AlbertPreTrainedModel> model;
  try {
    model.emplace(AlbertPreTrainedModel::from_pretrained(model_class_from_string(text(item, "model")), folder, options));
  } catch (const Error& error) {
    EXPECT_NE(item.find("error"), nullptr) << "only we refuse: " << error.what();
    if (item.find("error") == nullptr) return std::nullopt;
    if (text(item, "error") == "OSError") {
      EXPECT_EQ(error.code(), ErrorCode::not_found);
    } else {
      EXPECT_EQ(error.code(), ErrorCode::value);
      EXPECT_EQ(std::string(error.what()), with_folder(text(item, "message")));
    }
    return std::nullopt;
  }
  EXPECT_EQ(item.find("error"), nullptr) << "only the reference refuses: " << text(item, "message");
  if (item.find("error") != nullptr) return std::nullopt;
  EXPECT_EQ(dump_json(sorted(info.missing_keys)), dump_json(*item.find("missing")));
  EXPECT_EQ(dump_json(sorted(info.unexpected_keys)), dump_json(*item.find("unexpected")));
  const auto shape = [](const std::vector<std::int64_t>& extents) { return Json(Json::Array(extents.begin(), extents.end())); };
  std::sort(info.mismatched_keys.begin(), info.mismatched_keys.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  Json::Array mismatched;
  for (const LoadingInfo::Mismatch& m : info.mismatched_keys)
    mismatched.emplace_back(Json::Array{m.name, shape(m.file_shape), shape(m.model_shape)});
  EXPECT_EQ(dump_json(Json(mismatched)), dump_json(*item.find("mismatched")));
  if (item.find("warnings") != nullptr) {
    std::string warnings;
    for (const std::string& warning : info.warnings) warnings += sort_lists(warning) + "\n";
    EXPECT_EQ(warnings, with_folder(text(item, "warnings")));
  }
  EXPECT_FALSE(model->training());
  return model;
}

}  // namespace albert
