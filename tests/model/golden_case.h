// One recorded forward pass of a reference: how to build its model and call it.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "albert/error.h"
#include "albert/json.h"
#include "albert/model.h"
#include "golden_values.h"
#include "model/parameters.h"

namespace albert::testing {

inline std::string read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::int64_t> shape_of(const Json& list) {
  std::vector<std::int64_t> shape;
  for (const auto& extent : list.as_array()) shape.push_back(extent.as_int());
  return shape;
}

inline Tensor tensor_of(const Json& spec, std::uint64_t seed) {
  const auto dtype = dtype_from_string(spec.find("dtype")->as_string());
  const auto shape = shape_of(*spec.find("shape"));
  if (const auto* name = spec.find("name")) return golden_value(seed, name->as_string(), shape, 1.0).to(dtype);
  Tensor tensor(DType::f64, shape);
  auto value = tensor.mutable_values<double>().begin();
  for (const auto& number : spec.find("data")->as_array()) *value++ = number.as_double();
  return tensor.to(dtype);
}

struct GoldenCase {
  const Json& json;

  [[nodiscard]] std::string name() const { return json.find("name")->as_string(); }
  [[nodiscard]] std::uint64_t seed() const { return static_cast<std::uint64_t>(json.find("seed")->as_int()); }
  [[nodiscard]] bool flag(std::string_view key, bool otherwise = false) const {
    const auto* value = json.find(key);
    return value == nullptr ? otherwise : value->as_bool();
  }

  [[nodiscard]] AlbertPreTrainedModel build(Flavor flavor, const std::shared_ptr<const Device>& device) const {
    const AlbertConfig config = AlbertConfig::from_dict(*json.find("config"));
    const auto model_class = model_class_from_string(json.find("class")->as_string());
    AlbertPreTrainedModel::BuildOptions options;
    options.device = device;
    options.flavor = flavor;
    options.add_pooling_layer = flag("add_pooling_layer", true);
    auto table = parameter_table(config, model_class, options.add_pooling_layer, flavor);
    std::vector<Tensor> tensors;
    for (const auto& spec : table) tensors.push_back(golden_value(seed(), spec.name, spec.shape, 0.2));
    AlbertPreTrainedModel model(model_class, config, bind_parameters(std::move(table), std::move(tensors)), options);
    if (const auto* actions = json.find("actions"))
      for (const auto& action : actions->as_array()) act(model, action.as_array());
    return model;
  }

  [[nodiscard]] ModelInputs inputs(std::string_view key = "inputs") const {
    ModelInputs inputs;
    const std::map<std::string, std::optional<Tensor>*> slots{{"input_ids", &inputs.input_ids},
                                                              {"attention_mask", &inputs.attention_mask},
                                                              {"token_type_ids", &inputs.token_type_ids},
                                                              {"position_ids", &inputs.position_ids},
                                                              {"head_mask", &inputs.head_mask},
                                                              {"inputs_embeds", &inputs.inputs_embeds},
                                                              {"labels", &inputs.labels},
                                                              {"sentence_order_label", &inputs.sentence_order_label},
                                                              {"start_positions", &inputs.start_positions},
                                                              {"end_positions", &inputs.end_positions}};
    for (const auto& [name, spec] : json.find("inputs")->as_object()) *slots.at(name) = tensor_of(spec, seed());
    if (key != "inputs")
      for (const auto& [name, spec] : json.find(key)->as_object()) *slots.at(name) = tensor_of(spec, seed());
    return inputs;
  }

  [[nodiscard]] ForwardOptions options() const {
    ForwardOptions options;
    if (flag("hidden")) options.output_hidden_states = true;
    if (flag("attentions")) options.output_attentions = true;
    return options;
  }

 private:
  void act(AlbertPreTrainedModel& model, const Json::Array& action) const {
    const auto& kind = action[0].as_string();
    const auto number = [&](std::size_t i) { return action[i].is_null() ? std::optional<std::int64_t>() : action[i].as_int(); };
    if (kind == "prune_heads") {
      std::map<std::int64_t, std::vector<std::int64_t>> heads;
      for (const auto& [layer, list] : action[1].as_object()) heads[std::stoll(layer)] = shape_of(list);
      model.prune_heads(heads);
    } else if (kind == "tie_weights") {
      model.tie_weights();
    } else if (kind == "set_input_embeddings") {
      model.set_input_embeddings(golden_value(seed(), kind, {action[1].as_int(), model.config().embedding_size()}, 0.2));
    } else {
      const auto before = model.parameters();
      model.resize_token_embeddings(number(1), number(2));
      replace_new_rows(model, before);
    }
  }

  /// Rows that resizing drew at random get golden values, as in tests/golden/make_models.py.
  void replace_new_rows(AlbertPreTrainedModel& model, const Parameters& before) const {
    std::vector<std::pair<std::string, Tensor>> replaced;
    for (const auto& name : model.parameters().names()) {
      const Tensor now = model.parameters().at(name);
      if (now.rank() != 2 || !before.contains(name) || before.at(name).dim(0) >= now.dim(0)) continue;
      Tensor value = golden_value(seed(), "new." + name, now.shape(), 0.2);
      std::copy_n(now.values<float>().begin(), before.at(name).size(), value.mutable_values<float>().begin());
      replaced.emplace_back(name, value);
    }
    AlbertPreTrainedModel::BuildOptions options;
    options.device = model.device();
    options.flavor = model.flavor();
    options.add_pooling_layer = flag("add_pooling_layer", true);
    if (!replaced.empty()) model = AlbertPreTrainedModel(model.model_class(), model.config(), model.parameters().with(replaced), options);
  }
};

/// The outputs of a forward pass by the names of the goldens: "logits", "hidden_states.2".
inline std::vector<std::pair<std::string, Tensor>> flatten(const ModelOutput& output) {
  std::vector<std::pair<std::string, Tensor>> fields;
  for (const auto& [name, value] : output.fields()) {
    if (const auto* tensor = std::get_if<Tensor>(&value)) fields.emplace_back(name, *tensor);
    if (const auto* list = std::get_if<std::vector<Tensor>>(&value))
      for (std::size_t i = 0; i < list->size(); ++i) fields.emplace_back(name + "." + std::to_string(i), (*list)[i]);
  }
  return fields;
}

/// The codes that may stand for an exception of the reference.
inline bool stands_for(ErrorCode code, const std::string& exception) {
  static const std::map<std::string, std::set<ErrorCode>> kCodes{
      {"ValueError", {ErrorCode::value}},
      {"RuntimeError", {ErrorCode::value, ErrorCode::type}},
      {"AssertionError", {ErrorCode::value}},
      {"ZeroDivisionError", {ErrorCode::value}},
      {"IndexError", {ErrorCode::index}},
      {"KeyError", {ErrorCode::key}},
      {"AttributeError", {ErrorCode::key}},
      {"TypeError", {ErrorCode::type}},
      {"NotImplementedError", {ErrorCode::not_implemented}},
      {"InvalidArgumentError", {ErrorCode::value, ErrorCode::index}},
  };
  const auto found = kCodes.find(exception);
  return found != kCodes.end() && found->second.contains(code);
}

}  // namespace albert::testing
