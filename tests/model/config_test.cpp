#include "albert/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

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

}  // namespace
