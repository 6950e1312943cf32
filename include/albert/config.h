// AlbertConfig: the hyper-parameters of a model, read from and written to config.json.
//
// Field names, defaults, label maps, unknown keys and the JSON text are those of the reference
// (transformers 4.34, AlbertConfig and PretrainedConfig). It validates as little as the reference
// does when it is built; building a model from it checks the rest.
//
//   auto config = albert::AlbertConfig::from_pretrained("path/to/model", parse_json(R"({"num_labels": 3})"));
//   config.set("hidden_dropout_prob", 0.1);
//   config.save_pretrained("elsewhere");
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "albert/export.h"
#include "albert/json.h"

namespace albert {
class FileSource;
}  // namespace albert

namespace ALBERT_API albert {

class AlbertConfig {
 public:
  /// The defaults, which are those of the xxlarge geometry.
  AlbertConfig();
  /// AlbertConfig(**arguments); null is no arguments. Error{value|type|key} as the reference raises them.
  explicit AlbertConfig(const Json& arguments);

  /// Reads DIRECTORY/config.json (or the file its `configuration_files` names for this version) or
  /// a JSON file. `overrides` are the keyword arguments of from_pretrained: those that name an
  /// attribute are assigned in their order, the rest go to `unused` (return_unused_kwargs).
  /// Error{not_found|bad_data|type|value|key}.
  static AlbertConfig from_pretrained(const std::string& path, const Json& overrides = {}, Json* unused = nullptr);
  /// The arguments are the file's object as it stands: no overrides, pruned_heads keys stay text.
  static AlbertConfig from_json_file(const std::string& path);
  static AlbertConfig from_dict(const Json& dict, const Json& overrides = {}, Json* unused = nullptr);
  /// One of the eight published configurations: "albert-base-v1" ... "albert-xxlarge-v2"; the name
  /// alone or after "albert/". Error{key}.
  static AlbertConfig published(std::string_view name);
  static const std::vector<std::string>& published_names();

  /// Writes DIRECTORY/config.json, creating the directory. Error{value} when it is a file, Error{io}.
  void save_pretrained(const std::string& directory) const;
  /// The text of config.json: only what differs from the defaults, unless `use_diff` is false.
  /// Integer keys (id2label, pruned_heads) stand in numeric order. Error as to_dict.
  [[nodiscard]] std::string to_json_string(bool use_diff = true) const;
  /// Every attribute, in the order in which it was first set. Error{key|index} for a
  /// `quantization_config` or a nested `torch_dtype` that the reference cannot write.
  [[nodiscard]] Json to_dict() const;
  /// What differs from the defaults of the common class or of ALBERT.
  [[nodiscard]] Json to_diff_dict() const;

  /// Whether there is such an attribute, unknown ones and derived ones (num_labels) included.
  [[nodiscard]] bool has(std::string_view name) const;
  /// Any attribute by name, unknown ones included; integer keys appear as text. Error{key}.
  [[nodiscard]] Json get(std::string_view name) const;
  /// Plain attribute assignment (`config.name = value`) with the reference's property rules:
  /// num_labels rebuilds both label maps when the count differs, use_return_dict is Error{key};
  /// an id2label given here keeps its text keys (see set_id2label).
  void set(std::string_view name, Json value);
  /// `config.id2label = {0: "...", ...}`: assigns a map with integer keys; label2id is not touched.
  void set_id2label(const std::map<std::int64_t, std::string>& id2label);
  /// set() for every member. Error{type} unless `dict` is an object.
  void update(const Json& dict);
  /// "name=value,name=value"; each name must exist and the type of its old value says how the text
  /// is read. Error{value}; what stood before the error is applied.
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

  // Common fields that a model reads. The flags are true as Python says it: neither false, null, zero nor empty.
  [[nodiscard]] std::int64_t num_labels() const;           ///< the length of id2label; Error{type}
  [[nodiscard]] std::string label(std::int64_t id) const;  ///< id2label[id], or of its text key; Error{key}
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

  /// All attributes are equal, in any order. A file's model_type and transformers_version count:
  /// a fresh object differs from its reloaded copy, while their to_dict() agree.
  [[nodiscard]] bool operator==(const AlbertConfig& other) const;

 private:
  /// What JSON cannot say of a Python value: integer keys of a map, a dtype that is no text.
  enum class Form { plain, integer_keys, dtype };
  struct Attribute {
    std::string name;
    Json value;
    Form form = Form::plain;
    [[nodiscard]] bool same_value(const Attribute& other) const;
  };
  struct Arguments;

  AlbertConfig(Arguments& arguments, const Json& token_ids);  // the common part of the reference
  void set_common(Arguments& arguments, const Json& token_ids);
  void check_labels(const Json* num_labels);
  void set_num_labels(const Json& count);
  [[nodiscard]] const Attribute* find_own(std::string_view name) const;
  void assign_own(std::string_view name, Json value, Form form = Form::plain);
  // Every other access by name goes through the attribute_map that a file may bring along, as in
  // the reference: {"d_model": "hidden_size"} makes d_model another name of hidden_size.
  [[nodiscard]] std::string mapped(std::string_view name) const;  // Error{type} when the map is none
  [[nodiscard]] const Attribute* find(std::string_view name) const { return find_own(mapped(name)); }
  [[nodiscard]] const Json& value(std::string_view name) const;  // Error{key}
  void assign(std::string_view name, Json value, Form form = Form::plain) { assign_own(mapped(name), std::move(value), form); }
  void convert_keys(std::string_view name);
  [[nodiscard]] std::vector<Attribute> serialized() const;
  [[nodiscard]] std::vector<Attribute> serialized_diff() const;
  friend AlbertConfig load_config(const FileSource& files, const Json& overrides, Json* unused);
  static AlbertConfig from_opener(const std::function<Json(const std::string& name)>& read, const Json& overrides, Json* unused);

  std::vector<Attribute> attributes_;  ///< in the order in which they were first set
  std::map<std::string, std::size_t, std::less<>> places_;
  std::vector<std::string> warnings_;
};

}  // namespace ALBERT_API albert
