// Attributes read as the types that a model needs.
#include <limits>

#include "albert/config.h"
#include "base/check.h"
#include "model/python_value.h"

namespace albert {
namespace {

[[noreturn]] void wrong_type(std::string_view name, std::string_view expected, const Json& value) {
  fail(ErrorCode::type, "config: {} should be {}, got {}", name, expected, value.type_name());
}

std::int64_t size_of(std::string_view name, const Json& value) {
  if (!value.is_integer()) wrong_type(name, "an integer", value);
  require(!value.big_integer() && value.as_int() >= 0 && value.as_int() <= std::numeric_limits<std::int32_t>::max(), ErrorCode::value,
          "config: {} should be between 0 and 2147483647, got {:.40}", name, python_str(value));
  return value.as_int();
}

double number_of(std::string_view name, const Json& value) {
  if (!value.is_number()) wrong_type(name, "a number", value);
  return value.as_double();
}

const std::string& text_of(std::string_view name, const Json& value) {
  if (!value.is_string()) wrong_type(name, "a string", value);
  return value.as_string();
}

}  // namespace

std::int64_t AlbertConfig::vocab_size() const { return size_of("vocab_size", value("vocab_size")); }
std::int64_t AlbertConfig::embedding_size() const { return size_of("embedding_size", value("embedding_size")); }
std::int64_t AlbertConfig::hidden_size() const { return size_of("hidden_size", value("hidden_size")); }
std::int64_t AlbertConfig::num_hidden_layers() const { return size_of("num_hidden_layers", value("num_hidden_layers")); }
std::int64_t AlbertConfig::num_hidden_groups() const { return size_of("num_hidden_groups", value("num_hidden_groups")); }
std::int64_t AlbertConfig::num_attention_heads() const { return size_of("num_attention_heads", value("num_attention_heads")); }
std::int64_t AlbertConfig::intermediate_size() const { return size_of("intermediate_size", value("intermediate_size")); }
std::int64_t AlbertConfig::inner_group_num() const { return size_of("inner_group_num", value("inner_group_num")); }
std::string AlbertConfig::hidden_act() const { return text_of("hidden_act", value("hidden_act")); }
double AlbertConfig::hidden_dropout_prob() const { return number_of("hidden_dropout_prob", value("hidden_dropout_prob")); }
double AlbertConfig::attention_probs_dropout_prob() const {
  return number_of("attention_probs_dropout_prob", value("attention_probs_dropout_prob"));
}
std::int64_t AlbertConfig::max_position_embeddings() const { return size_of("max_position_embeddings", value("max_position_embeddings")); }
std::int64_t AlbertConfig::type_vocab_size() const { return size_of("type_vocab_size", value("type_vocab_size")); }
double AlbertConfig::initializer_range() const { return number_of("initializer_range", value("initializer_range")); }
double AlbertConfig::layer_norm_eps() const { return number_of("layer_norm_eps", value("layer_norm_eps")); }
std::string AlbertConfig::position_embedding_type() const { return text_of("position_embedding_type", value("position_embedding_type")); }

std::optional<double> AlbertConfig::classifier_dropout_prob() const {
  const Json& rate = value("classifier_dropout_prob");
  if (rate.is_null()) return std::nullopt;
  return number_of("classifier_dropout_prob", rate);
}

std::optional<std::int64_t> AlbertConfig::pad_token_id() const {
  const Json& id = value("pad_token_id");
  if (id.is_null()) return std::nullopt;
  if (!id.is_integer()) wrong_type("pad_token_id", "an integer or null", id);
  return id.as_int();
}

std::optional<std::string> AlbertConfig::problem_type() const {
  const Json& type = value("problem_type");
  if (type.is_null()) return std::nullopt;
  return text_of("problem_type", type);
}

bool AlbertConfig::tie_word_embeddings() const { return python_bool(value("tie_word_embeddings")); }
bool AlbertConfig::torchscript() const { return python_bool(value("torchscript")); }
bool AlbertConfig::tf_legacy_loss() const { return python_bool(value("tf_legacy_loss")); }
bool AlbertConfig::output_attentions() const { return python_bool(value("output_attentions")); }
bool AlbertConfig::output_hidden_states() const { return python_bool(value("output_hidden_states")); }
bool AlbertConfig::use_return_dict() const { return python_bool(get("use_return_dict")); }

std::int64_t AlbertConfig::chunk_size_feed_forward() const {
  const Json& size = value("chunk_size_feed_forward");
  if (!size.is_integer()) wrong_type("chunk_size_feed_forward", "an integer", size);
  return size.as_int();
}

std::map<std::int64_t, std::vector<std::int64_t>> AlbertConfig::pruned_heads() const {
  const Json& pruned = value("pruned_heads");
  if (!pruned.is_object()) wrong_type("pruned_heads", "a dictionary", pruned);
  std::map<std::int64_t, std::vector<std::int64_t>> result;
  for (const auto& [key, heads] : pruned.as_object()) {
    const auto layer = python_int(key);
    require(layer.has_value(), ErrorCode::value, "config: pruned_heads: the layer '{:.100}' is not an integer", key);
    if (!heads.is_array()) wrong_type("a layer of pruned_heads", "a list", heads);
    auto& list = result[parse_json(*layer).as_int()];
    for (const Json& head : heads.as_array()) {
      if (!head.is_integer()) wrong_type("a head of pruned_heads", "an integer", head);
      list.push_back(head.as_int());
    }
  }
  return result;
}

}  // namespace albert
