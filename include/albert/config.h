// AlbertConfig: the hyper-parameters of a model, read from and written to config.json.
//
// Field names, defaults, label maps, unknown keys and the JSON text are those of the reference
// (transformers 4.34, AlbertConfig and PretrainedConfig). It validates as little as the reference
// does when it is built; building a model from it checks the rest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "albert/json.h"

namespace albert {

class AlbertConfig {
 public:
  /// The defaults, which are those of the xxlarge geometry.
  AlbertConfig();
  /// AlbertConfig(**arguments). Error{value|type|key} as the reference raises them.
  explicit AlbertConfig(const Json& arguments);

  /// Reads DIRECTORY/config.json or a JSON file; `overrides` are the keyword arguments of
  /// from_pretrained. Error{not_found|bad_data|type|value}.
  static AlbertConfig from_pretrained(const std::string& path, const Json& overrides = {});
  static AlbertConfig from_json_file(const std::string& path);
  static AlbertConfig from_dict(const Json& dict, const Json& overrides = {});
  /// One of the eight published configurations: "albert-base-v1" ... "albert-xxlarge-v2". Error{key}.
  static AlbertConfig published(std::string_view name);
  static const std::vector<std::string>& published_names();

  /// Writes DIRECTORY/config.json, creating the directory.
  void save_pretrained(const std::string& directory) const;
  /// The text of config.json: only what differs from the defaults, unless `use_diff` is false.
  [[nodiscard]] std::string to_json_string(bool use_diff = true) const;
  [[nodiscard]] Json to_dict() const;
  [[nodiscard]] Json to_diff_dict() const;

  /// Any attribute by name, unknown ones included; Error{key}.
  [[nodiscard]] Json get(std::string_view name) const;
  /// Plain attribute assignment (`config.name = value`) with the reference's property rules
  /// (num_labels rebuilds the label maps when the count differs).
  void set(std::string_view name, Json value);
  void update(const Json& dict);
  void update_from_string(std::string_view text);

  // ALBERT's own fields, by value. They read through to the attributes above; a value whose JSON
  // type does not fit gives Error{type}, sizes outside [0, 2^31) give Error{value}.
  [[nodiscard]] std::int64_t vocab_size() const;
  [[nodiscard]] std::int64_t embedding_size() const;
  [[nodiscard]] std::int64_t hidden_size() const;
  [[nodiscard]] std::int64_t num_hidden_layers() const;
  [[nodiscard]] std::int64_t num_hidden_groups() const;
  [[nodiscard]] std::int64_t num_attention_heads() const;
  [[nodiscard]] std::int64_t intermediate_size() const;
  [[nodiscard]] std::int64_t inner_group_num() const;
  [[nodiscard]] std::string hidden_act() const;
  [[nodiscard]] double hidden_dropout_prob() const;
  [[nodiscard]] double attention_probs_dropout_prob() const;
  [[nodiscard]] std::int64_t max_position_embeddings() const;
  [[nodiscard]] std::int64_t type_vocab_size() const;
  [[nodiscard]] double initializer_range() const;
  [[nodiscard]] double layer_norm_eps() const;
  [[nodiscard]] std::optional<double> classifier_dropout_prob() const;
  [[nodiscard]] std::string position_embedding_type() const;
  [[nodiscard]] std::optional<std::int64_t> pad_token_id() const;

  // Common fields that a model reads.
  [[nodiscard]] std::int64_t num_labels() const;
  [[nodiscard]] std::string label(std::int64_t id) const;                          ///< id2label[id]; Error{key}
  [[nodiscard]] std::optional<std::string> problem_type() const;
  [[nodiscard]] bool tie_word_embeddings() const;
  [[nodiscard]] bool torchscript() const;
  [[nodiscard]] bool tf_legacy_loss() const;
  [[nodiscard]] bool output_attentions() const;
  [[nodiscard]] bool output_hidden_states() const;
  [[nodiscard]] bool use_return_dict() const;
  [[nodiscard]] std::int64_t chunk_size_feed_forward() const;
  [[nodiscard]] std::map<std::int64_t, std::vector<std::int64_t>> pruned_heads() const;

  /// Warnings that the reference would log while building or loading this object.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

  [[nodiscard]] bool operator==(const AlbertConfig& other) const;

 private:
  Json attributes_;  ///< every attribute, in the order in which it was first set
  std::vector<std::string> warnings_;
};

}  // namespace albert
