// Small models for tests that compare a model with itself.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "albert/device.h"
#include "albert/error.h"
#include "albert/model.h"
#include "golden_case.h"

namespace albert::testing {

inline AlbertConfig small_config(const Json::Object& changes = {}) {
  Json config(Json::Object{{"vocab_size", 37},
                           {"embedding_size", 12},
                           {"hidden_size", 24},
                           {"num_hidden_layers", 4},
                           {"num_hidden_groups", 2},
                           {"num_attention_heads", 3},
                           {"intermediate_size", 40},
                           {"inner_group_num", 2},
                           {"max_position_embeddings", 19},
                           {"type_vocab_size", 3},
                           {"initializer_range", 0.2},
                           {"num_labels", 2}});
  for (const auto& [name, value] : changes) config.set(name, value);
  return AlbertConfig(config);
}

/// Every weight of every layer is drawn, biases and LayerNorms too.
inline Parameters drawn_parameters(const AlbertConfig& config, ModelClass model_class, std::uint64_t seed,
                                   Flavor flavor = Flavor::pytorch) {
  auto table = parameter_table(config, model_class, true, flavor);
  std::vector<Tensor> tensors;
  for (const auto& spec : table) tensors.push_back(golden_value(seed, spec.name, spec.shape, 0.2));
  return bind_parameters(std::move(table), std::move(tensors));
}

inline AlbertPreTrainedModel small_model(ModelClass model_class, const AlbertConfig& config, const std::shared_ptr<const Device>& device,
                                         Flavor flavor = Flavor::pytorch) {
  AlbertPreTrainedModel::BuildOptions options;
  options.device = device;
  options.flavor = flavor;
  return {model_class, config, drawn_parameters(config, model_class, 7, flavor), options};
}

/// The ref backend in both precisions and every instruction set of cpu.
inline std::vector<std::shared_ptr<const Device>> all_devices() {
  std::vector<std::shared_ptr<const Device>> devices{make_device({"ref", "", 0, DType::f32}), make_device({"ref", "", 0, DType::f64})};
  for (const auto& [isa, available] : instruction_sets())
    if (available) devices.push_back(make_device({"cpu", isa, 2, DType::f32}));
  return devices;
}

inline const std::vector<ModelClass>& all_classes() {
  static const std::vector<ModelClass> classes{
      ModelClass::model,           ModelClass::pre_training,         ModelClass::masked_lm,         ModelClass::sequence_classification,
      ModelClass::multiple_choice, ModelClass::token_classification, ModelClass::question_answering};
  return classes;
}

/// [rows, width] of ids below 37 that differ everywhere.
inline Tensor some_ids(std::vector<std::int64_t> shape, std::int64_t step = 7) {
  Tensor ids(DType::i64, std::move(shape));
  std::int64_t next = 3;
  for (auto& id : ids.mutable_values<std::int64_t>()) id = (next += step) % 37;
  return ids;
}

inline double at(const Tensor& tensor, std::int64_t i) {
  return tensor.dtype() == DType::f64 ? tensor.values<double>()[static_cast<std::size_t>(i)]
                                      : static_cast<double>(tensor.values<float>()[static_cast<std::size_t>(i)]);
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && (a.size() == 0 || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}

inline void expect_same(const ModelOutput& a, const ModelOutput& b, const std::string& what) {
  const auto x = flatten(a), y = flatten(b);
  ASSERT_EQ(x.size(), y.size()) << what;
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i].first, y[i].first) << what;
    EXPECT_TRUE(same_bits(x[i].second, y[i].second)) << what << ": " << x[i].first;
  }
}

template <class Call>
void expect_code(ErrorCode code, Call call) {
  try {
    call();
    ADD_FAILURE() << "expected an error: " << to_string(code);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
  }
}

}  // namespace albert::testing
