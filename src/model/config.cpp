// Construction, attributes and equality of AlbertConfig.
#include "albert/config.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "model/config_arguments.h"
#include "model/python_value.h"

namespace albert {
namespace {

/// The common class's attributes and defaults, in its order.
const Json::Object& common_defaults() {
  static const Json defaults = parse_json(R"({
    "return_dict": true, "output_hidden_states": false, "output_attentions": false, "torchscript": false,
    "torch_dtype": null, "use_bfloat16": false, "tf_legacy_loss": false, "pruned_heads": {},
    "tie_word_embeddings": true, "is_encoder_decoder": false, "is_decoder": false,
    "cross_attention_hidden_size": null, "add_cross_attention": false, "tie_encoder_decoder": false,
    "max_length": 20, "min_length": 0, "do_sample": false, "early_stopping": false, "num_beams": 1,
    "num_beam_groups": 1, "diversity_penalty": 0.0, "temperature": 1.0, "top_k": 50, "top_p": 1.0,
    "typical_p": 1.0, "repetition_penalty": 1.0, "length_penalty": 1.0, "no_repeat_ngram_size": 0,
    "encoder_no_repeat_ngram_size": 0, "bad_words_ids": null, "num_return_sequences": 1,
    "chunk_size_feed_forward": 0, "output_scores": false, "return_dict_in_generate": false,
    "forced_bos_token_id": null, "forced_eos_token_id": null, "remove_invalid_values": false,
    "exponential_decay_length_penalty": null, "suppress_tokens": null, "begin_suppress_tokens": null,
    "architectures": null, "finetuning_task": null, "id2label": null, "label2id": null,
    "tokenizer_class": null, "prefix": null, "bos_token_id": null, "pad_token_id": null,
    "eos_token_id": null, "sep_token_id": null, "decoder_start_token_id": null,
    "task_specific_params": null, "problem_type": null
  })");
  return defaults.as_object();
}

/// ALBERT's own, in the order in which they are assigned.
const Json::Object& albert_defaults() {
  static const Json defaults = parse_json(R"({
    "vocab_size": 30000, "embedding_size": 128, "hidden_size": 4096, "num_hidden_layers": 12,
    "num_hidden_groups": 1, "num_attention_heads": 64, "inner_group_num": 1, "hidden_act": "gelu_new",
    "intermediate_size": 16384, "hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0,
    "max_position_embeddings": 512, "type_vocab_size": 2, "initializer_range": 0.02,
    "layer_norm_eps": 1e-12, "classifier_dropout_prob": 0.1, "position_embedding_type": "absolute"
  })");
  return defaults.as_object();
}

const Json& albert_token_ids() {
  static const Json ids = parse_json(R"({"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3})");
  return ids;
}

/// The dtype that PyTorch knows under a name; empty when there is none.
std::string_view canonical_dtype(std::string_view name) {
  using Pair = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<Pair, 9> aliases{{{"cdouble", "complex128"},
                                                {"cfloat", "complex64"},
                                                {"chalf", "complex32"},
                                                {"double", "float64"},
                                                {"float", "float32"},
                                                {"half", "float16"},
                                                {"int", "int32"},
                                                {"long", "int64"},
                                                {"short", "int16"}}};
  static constexpr std::array<std::string_view, 25> names{
      "bfloat16",  "bits16",  "bits1x8", "bits2x4",  "bits4x2",       "bits8",       "bool",  "complex128", "complex32",
      "complex64", "float16", "float32", "float64",  "float8_e4m3fn", "float8_e5m2", "int16", "int32",      "int64",
      "int8",      "qint32",  "qint8",   "quint2x4", "quint4x2",      "quint8",      "uint8"};
  for (const auto& [alias, canonical] : aliases)
    if (alias == name) return canonical;
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::string_view() : *found;
}

/// Attributes of the class, which every instance has besides its own: Python's hasattr finds them.
bool is_class_attribute(std::string_view name) {
  static constexpr std::array<std::string_view, 24> names{"_auto_class",
                                                          "_create_repo",
                                                          "_dict_from_json_file",
                                                          "_get_config_dict",
                                                          "_get_files_timestamps",
                                                          "_set_token_in_kwargs",
                                                          "_upload_modified_files",
                                                          "attribute_map",
                                                          "dict_torch_dtype_to_str",
                                                          "from_dict",
                                                          "from_json_file",
                                                          "from_pretrained",
                                                          "get_config_dict",
                                                          "is_composition",
                                                          "model_type",
                                                          "push_to_hub",
                                                          "register_for_auto_class",
                                                          "save_pretrained",
                                                          "to_dict",
                                                          "to_diff_dict",
                                                          "to_json_file",
                                                          "to_json_string",
                                                          "update",
                                                          "update_from_string"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

AlbertConfig::Arguments::Arguments(const Json& json) {
  if (json.is_null()) return;
  const auto& object = json.as_object();
  members_.reserve(object.size());
  for (const auto& member : object) {
    // A repeated name cannot come from a file; of a list built by hand the last one counts.
    const auto [place, is_new] = places_.try_emplace(member.first, members_.size());
    if (is_new)
      members_.push_back(&member);
    else
      members_[place->second] = &member;
  }
}

const Json* AlbertConfig::Arguments::peek(std::string_view name) const {
  const auto place = places_.find(name);
  if (place == places_.end() || !members_[place->second]) return nullptr;
  return &members_[place->second]->second;
}

const Json* AlbertConfig::Arguments::pop(std::string_view name) {
  const Json* argument = peek(name);
  if (argument) members_[places_.find(name)->second] = nullptr;
  return argument;
}

std::vector<const Json::Member*> AlbertConfig::Arguments::rest() const {
  std::vector<const Json::Member*> members;
  for (const auto* member : members_)
    if (member) members.push_back(member);
  return members;
}

AlbertConfig::AlbertConfig() : AlbertConfig(Json()) {}

AlbertConfig::AlbertConfig(Arguments& arguments, const Json& token_ids) { set_common(arguments, token_ids); }

AlbertConfig::AlbertConfig(const Json& json) {
  Arguments arguments(json);
  require(!arguments.peek("self"), ErrorCode::type, "AlbertConfig: 'self' is not an argument");
  Json::Object own = albert_defaults();
  for (auto& [name, value] : own)
    if (const Json* given = arguments.pop(name)) value = *given;
  set_common(arguments, albert_token_ids());
  for (auto& [name, value] : own) assign(name, std::move(value));
}

void AlbertConfig::set_common(Arguments& arguments, const Json& token_ids) {
  for (const auto& [name, value] : common_defaults()) {
    const Json* given = arguments.pop(name);
    const Json* token_id = token_ids.find(name);
    assign(name, given ? *given : token_id ? *token_id : value);
  }
  const Json* num_labels = arguments.pop("num_labels");
  check_labels(num_labels);

  if (const Json& dtype = value("torch_dtype"); dtype.is_string()) {
    const auto canonical = canonical_dtype(dtype.as_string());
    require(!canonical.empty(), ErrorCode::key, "torch_dtype: '{:.100}' names no dtype", dtype.as_string());
    assign("torch_dtype", canonical, Form::dtype);
  }

  const Json& problem_type = value("problem_type");
  require(
      problem_type.is_null() || problem_type == Json("regression") || problem_type == Json("single_label_classification") ||
          problem_type == Json("multi_label_classification"),
      ErrorCode::value,
      "The config parameter `problem_type` was not understood: received {:.100} but only 'regression', 'single_label_classification' and "
      "'multi_label_classification' are valid.",
      python_str(problem_type));

  if (const Json* device = arguments.pop("xla_device"); device && !device->is_null())
    warnings_.emplace_back(
        "The `xla_device` argument has been deprecated in v4.4.0 of Transformers. It is ignored and you can safely remove it from your "
        "`config.json` file.");

  const Json* name_or_path = arguments.pop("name_or_path");
  assign("_name_or_path", name_or_path ? python_str(*name_or_path) : std::string());
  const Json* commit_hash = arguments.pop("_commit_hash");
  assign("_commit_hash", commit_hash ? *commit_hash : Json());
  const Json* version = arguments.pop("transformers_version");
  assign("transformers_version", version ? *version : Json());

  if (const Json* checkpointing = arguments.peek("gradient_checkpointing"); checkpointing && python_bool(*checkpointing))
    warnings_.emplace_back(
        "Passing `gradient_checkpointing` to a config initialization is deprecated and will be removed in v5 Transformers. Using "
        "`model.gradient_checkpointing_enable()` instead, or if you are using the `Trainer` API, pass `gradient_checkpointing=True` in "
        "your "
        "`TrainingArguments`.");
  for (const auto* member : arguments.rest()) set(member->first, member->second);
}

std::string AlbertConfig::mapped(std::string_view name) const {
  const Attribute* attribute = find_own("attribute_map");
  if (!attribute) return std::string(name);
  const Json& map = attribute->value;
  if (map.is_object()) {
    const Json* target = map.find(name);
    require(!target || target->is_string(), ErrorCode::type, "attribute_map: the name that '{:.100}' stands for should be a string, got {}",
            name, target ? target->type_name() : "");
    return target ? target->as_string() : std::string(name);
  }
  // Python looks into any container, and then cannot take the entry of that name.
  const auto& items = map.is_array() ? map.as_array() : Json::Array();
  const bool contains =
      map.is_string() ? map.as_string().find(name) != std::string::npos : std::find(items.begin(), items.end(), Json(name)) != items.end();
  require(!contains && (map.is_string() || map.is_array()), ErrorCode::type, "attribute_map should be a dictionary, got {}",
          map.type_name());
  return std::string(name);
}

const AlbertConfig::Attribute* AlbertConfig::find_own(std::string_view name) const {
  const auto place = places_.find(name);
  return place == places_.end() ? nullptr : &attributes_[place->second];
}

const Json& AlbertConfig::value(std::string_view name) const {
  const Attribute* attribute = find(name);
  require(attribute != nullptr, ErrorCode::key, "the configuration has no attribute '{:.100}'", name);
  return attribute->value;
}

void AlbertConfig::assign_own(std::string_view name, Json value, Form form) {
  const auto place = places_.find(name);
  if (place != places_.end()) {
    Attribute& attribute = attributes_[place->second];
    attribute.value = std::move(value);
    attribute.form = form;
    return;
  }
  places_.emplace(name, attributes_.size());
  attributes_.push_back({std::string(name), std::move(value), form});
}

bool AlbertConfig::has(std::string_view given) const {
  const std::string name = given == "attribute_map" ? std::string(given) : mapped(given);
  // A property whose attributes an attribute_map hides is none; a length that cannot be taken is an error here too.
  if (name == "num_labels") {
    if (find("id2label")) (void)python_len(value("id2label"));
    return find("id2label") != nullptr;
  }
  if (name == "use_return_dict") return find("return_dict") != nullptr;
  return find_own(name) || name == "name_or_path" || is_class_attribute(name);
}

Json AlbertConfig::get(std::string_view given) const {
  const std::string name = given == "attribute_map" ? std::string(given) : mapped(given);
  if (name == "num_labels") return python_len(value("id2label"));
  if (name == "use_return_dict") {
    const Json& return_dict = value("return_dict");
    return python_bool(return_dict) ? Json(!torchscript()) : return_dict;
  }
  if (name == "name_or_path") return value("_name_or_path");
  const Attribute* attribute = find_own(name);
  if (!attribute) {
    if (name == "model_type") return "albert";
    if (name == "is_composition") return false;
    if (name == "attribute_map") return Json::Object();
    if (name == "_auto_class") return {};
    fail(ErrorCode::key, "the configuration has no attribute '{:.100}'", name);
  }
  return attribute->value;
}

void AlbertConfig::set(std::string_view given, Json value) {
  const std::string name = mapped(given);
  require(name != "use_return_dict", ErrorCode::key, "use_return_dict is derived from return_dict and torchscript and cannot be set");
  if (name == "num_labels")
    set_num_labels(value);
  else if (name == "name_or_path")
    assign("_name_or_path", python_str(value));
  else
    assign_own(name, std::move(value));
}

void AlbertConfig::update(const Json& dict) {
  for (const auto& [name, value] : dict.as_object()) set(name, value);
}

bool AlbertConfig::Attribute::same_value(const Attribute& other) const {
  const bool both_empty = value.is_object() && value.as_object().empty();
  return value == other.value && (form == other.form || both_empty);
}

bool AlbertConfig::operator==(const AlbertConfig& other) const {
  return attributes_.size() == other.attributes_.size() &&
         std::all_of(attributes_.begin(), attributes_.end(), [&](const Attribute& attribute) {
           const Attribute* same = other.find_own(attribute.name);
           return same && attribute.same_value(*same);
         });
}

}  // namespace albert
