// Tokenizer::save_pretrained: the two files that both forms have.
#include <algorithm>

#include "base/check.h"
#include "base/file.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

std::string_view side_name(Side side) { return side == Side::left ? "left" : "right"; }

void sort_keys(Json& json) {
  if (json.is_array()) {
    for (Json& element : json.as_array()) sort_keys(element);
  } else if (json.is_object()) {
    auto& members = json.as_object();
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [key, value] : members) sort_keys(value);
  }
}

// The init arguments with their present values.
Json tokenizer_config(const Tokenizer& tokenizer, const TokenizerState& state) {
  Json config = Json::Object{};
  for (const auto& [key, value] : state.init_kwargs.as_object()) config.set(key, value);
  const auto update = [&](std::string_view key, Json value) {
    if (config.find(key) != nullptr) config.set(key, std::move(value));
  };
  update("padding_side", side_name(state.padding_side));
  update("truncation_side", side_name(state.truncation_side));
  update("split_special_tokens", state.split_special_tokens);
  update("pad_token_type_id", state.pad_token_type_id);
  update("model_input_names", Json::Array(state.model_input_names.begin(), state.model_input_names.end()));
  update("vocab_size", tokenizer.vocab_size());
  update("additional_special_tokens", Json::Array{});
  for (const std::string_view role : role_names) update(std::string(role) + "_token", nullptr);
  config.set("model_max_length", state.model_max_length_json);
  if (config.find("clean_up_tokenization_spaces") == nullptr)
    config.set("clean_up_tokenization_spaces", state.clean_up_tokenization_spaces);
  const Json texts = state.special_tokens_map(true);
  for (const auto& [key, value] : texts.as_object()) config.set(key, value);
  config.set("added_tokens_decoder", nullptr);
  std::string name = tokenizer.class_name();
  if (name.ends_with("Fast") && name != "PreTrainedTokenizerFast") name.resize(name.size() - 4);
  config.set("tokenizer_class", name);
  for (const std::string_view key : {"name_or_path", "special_tokens_map_file", "tokenizer_file", "vocab_file"}) config.erase(key);
  sort_keys(config);
  // Its keys are numbers to Python's sorting, not texts.
  Json added = Json::Object{};
  for (const auto& [id, token] : tokenizer.added_tokens())
    added.as_object().emplace_back(std::to_string(id), added_token_to_json(token, false, true));
  config.set("added_tokens_decoder", std::move(added));
  return config;
}

}  // namespace

std::vector<std::string> Tokenizer::save_pretrained(const std::string& directory, const SaveOptions& options) const {
  require(!is_file(directory), ErrorCode::io, "{}: a directory is expected, this is a file", directory);
  make_directories(directory);
  const std::string prefix = options.filename_prefix.empty() ? "" : options.filename_prefix + "-";
  const JsonStyle style{.indent = 2, .sort_keys = true, .ensure_ascii = false};
  std::vector<std::string> files{join_path(directory, prefix + "tokenizer_config.json"),
                                 join_path(directory, prefix + "special_tokens_map.json")};
  write_file(files[0], dump_json(tokenizer_config(*this, *state_), {.indent = 2, .ensure_ascii = false}) + "\n");
  write_file(files[1], dump_json(state_->special_tokens_map(false), style) + "\n");
  for (std::string& file : save_files(directory, options)) files.push_back(std::move(file));
  return files;
}

}  // namespace albert
