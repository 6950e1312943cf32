// Models and inputs drawn at random over every option that changes the computation.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "albert/gradients.h"
#include "base/random.h"
#include "small_model.h"

namespace albert::testing {

/// What one seed draws: a class, a configuration, parameters, inputs.
class RandomModel {
 public:
  RandomModel(std::uint64_t seed, const std::shared_ptr<const Device>& device, bool dropout = false, Flavor flavor = Flavor::pytorch)
      : seed_(seed), flavor_(flavor), numbers_(seed, 99) {
    model_class = pick(all_classes());
    config = draw_config(dropout);
    inputs = draw_inputs();
    AlbertPreTrainedModel::BuildOptions options;
    options.device = device;
    options.flavor = flavor;
    model.emplace(model_class, config, drawn_parameters(config, model_class, seed, flavor), options);
    if (pytorch() && !inputs.head_mask && chance(0.2))
      model->prune_heads({{0, {0}}, {config.num_hidden_groups() * config.inner_group_num() - 1, {heads_ - 1}}});
    if (pytorch() && !inputs.head_mask && chance(0.1)) model->prune_heads({{0, {0, heads_ - 1}}});
    call.output_hidden_states = chance(0.5);
    call.output_attentions = chance(0.3);
    call.padding = chance(0.3) ? Padding::packed : Padding::exact;
    call.train = dropout;
    call.dropout_seed = seed;
  }

  /// Cotangents for some fields of an output, all the way from one field to all of them.
  [[nodiscard]] Cotangents draw_cotangents(const ModelOutput& output) {
    Cotangents given;
    const auto fields = flatten(output);
    const double rate = uniform();
    const std::size_t always = below(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (i == always || chance(rate))
        given.emplace_back(fields[i].first, draw_tensor(fields[i].second.shape(), "cotangent " + fields[i].first));
    return given;
  }

  /// float64, standard normal.
  [[nodiscard]] Tensor draw_tensor(const std::vector<std::int64_t>& shape, const std::string& name) const {
    return golden_value(seed_, name, shape, 1.0).to(DType::f64);
  }

  [[nodiscard]] std::string what() const {
    return "seed " + std::to_string(seed_) + ", " + std::string(to_string(model_class)) + " " + config.to_json_string();
  }

  ModelClass model_class = ModelClass::model;
  AlbertConfig config;
  ModelInputs inputs;
  ForwardOptions call;
  std::optional<AlbertPreTrainedModel> model;

 private:
  [[nodiscard]] bool pytorch() const { return flavor_ == Flavor::pytorch; }
  double uniform() { return numbers_.next(); }
  bool chance(double rate) { return uniform() < rate; }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(uniform() * static_cast<double>(count)); }
  std::int64_t between(std::int64_t first, std::int64_t last) {
    return first + static_cast<std::int64_t>(below(static_cast<std::size_t>(last - first + 1)));
  }
  template <class List>
  const typename List::value_type& pick(const List& list) {
    return list[below(list.size())];
  }

  AlbertConfig draw_config(bool dropout) {
    static const std::vector<std::string> kActivations{"gelu",       "gelu_python", "gelu_new", "gelu_fast", "gelu_10",
                                                       "quick_gelu", "relu",        "relu6",    "relu2",     "silu",
                                                       "mish",       "laplace",     "sigmoid",  "tanh",      "linear"};
    static const std::vector<std::string> kPositions{"absolute", "absolute", "relative_key", "relative_key_query", "something_else"};
    static const std::vector<std::string> kCommonActivations{"gelu", "gelu_new", "quick_gelu", "relu", "silu"};  // of all frameworks
    heads_ = between(2, 3);
    const std::int64_t groups = between(1, 2), inner = between(1, 2);
    labels_ = model_class == ModelClass::question_answering || model_class == ModelClass::pre_training ? 2 : between(pytorch() ? 1 : 2, 3);
    const bool gated = flavor_ == Flavor::tensorflow && model_class == ModelClass::model && chance(0.5);
    const double rate = dropout ? 0.3 : 0;
    return small_config({{"embedding_size", between(3, 8)},
                         {"hidden_size", heads_ * between(2, 4)},
                         {"num_attention_heads", heads_},
                         {"num_hidden_layers", groups * inner * between(1, 2)},
                         {"num_hidden_groups", groups},
                         {"inner_group_num", inner},
                         {"intermediate_size", 2 * between(2, 7)},
                         {"hidden_act", gated       ? "glu"
                                        : pytorch() ? pick(kActivations)
                                                    : pick(kCommonActivations)},
                         {"position_embedding_type", pick(kPositions)},
                         {"layer_norm_eps", 1e-5},
                         {"num_labels", labels_},
                         {"tie_word_embeddings", chance(0.7)},
                         {"pad_token_id", between(0, 5)},
                         {"tf_legacy_loss", model_class != ModelClass::pre_training && chance(0.3)},
                         {"chunk_size_feed_forward", chance(0.2) ? 1 : 0},
                         {"hidden_dropout_prob", rate},
                         {"attention_probs_dropout_prob", rate},
                         {"classifier_dropout_prob", rate}});
  }

  Tensor draw_integers(std::vector<std::int64_t> shape, std::int64_t first, std::int64_t last) {
    Tensor tensor(DType::i64, std::move(shape));
    for (auto& value : tensor.mutable_values<std::int64_t>()) value = between(first, last);
    return tensor;
  }

  /// Most are ignored.
  Tensor draw_labels(std::vector<std::int64_t> shape, std::int64_t classes) {
    Tensor labels = draw_integers(std::move(shape), 0, classes - 1);
    bool first = true;
    for (auto& value : labels.mutable_values<std::int64_t>()) {
      if (!first && chance(0.6)) value = -100;
      first = false;
    }
    return labels;
  }

  ModelInputs draw_inputs() {
    const std::int64_t batch = between(1, 3), sequence = between(1, 7), choices = between(pytorch() ? 1 : 2, 3);
    std::vector<std::int64_t> shape{batch, sequence};
    if (model_class == ModelClass::multiple_choice) shape = {batch, choices, sequence};
    ModelInputs drawn;
    if (flavor_ != Flavor::flax && chance(0.25)) {
      auto wide = shape;
      wide.push_back(config.embedding_size());
      drawn.inputs_embeds = draw_tensor(wide, "inputs_embeds");
    } else {
      drawn.input_ids = draw_integers(shape, 0, 36);
    }
    if (chance(0.6)) {
      Tensor mask(DType::i64, shape);
      std::int64_t column = 0;
      for (auto& value : mask.mutable_values<std::int64_t>()) value = column++ % sequence == 0 || chance(0.7) ? 1 : 0;
      drawn.attention_mask = mask;
    }
    if (chance(0.5)) drawn.token_type_ids = draw_integers(shape, 0, 2);
    if (chance(0.3)) drawn.position_ids = draw_integers(shape, 0, 18);
    if (chance(0.2)) {
      Tensor mask(DType::f64, {config.num_hidden_layers(), heads_});
      for (auto& value : mask.mutable_values<double>()) value = uniform();
      if (pytorch() && !chance(0.5)) drawn.head_mask = mask;
    }
    if (flavor_ == Flavor::flax) return drawn;  // no labels, no losses
    switch (model_class) {
      case ModelClass::model:
        break;
      case ModelClass::pre_training:
        drawn.sentence_order_label = draw_labels({batch}, 2);
        [[fallthrough]];
      case ModelClass::masked_lm:
        drawn.labels = draw_labels(shape, 37);
        break;
      case ModelClass::sequence_classification:
        drawn.labels = labels_ == 1               ? draw_tensor({batch}, "labels")
                       : pytorch() && chance(0.4) ? draw_tensor({batch, labels_}, "labels")
                       : pytorch()                ? draw_labels({batch}, labels_)
                                                  : draw_integers({batch}, 0, labels_ - 1);
        break;
      case ModelClass::multiple_choice:
        drawn.labels = pytorch() ? draw_labels({batch}, choices) : draw_integers({batch}, 0, choices - 1);
        break;
      case ModelClass::token_classification:
        drawn.labels = draw_labels(shape, labels_);
        break;
      case ModelClass::question_answering:
        drawn.start_positions = draw_integers({batch}, 0, sequence - 1);
        drawn.end_positions = draw_integers({batch}, 0, sequence - 1);
        break;
    }
    return drawn;
  }

  std::uint64_t seed_;
  Flavor flavor_;
  UniformSequence numbers_;
  std::int64_t heads_ = 0, labels_ = 0;
};

/// sum of field * cotangent; without any, the sum of the loss.
inline double weighted_sum(const ModelOutput& output, const Cotangents& cotangents) {
  double sum = 0;
  for (const auto& [name, tensor] : flatten(output)) {
    if (cotangents.empty() && name == "loss")
      for (std::int64_t i = 0; i < tensor.size(); ++i) sum += at(tensor, i);
    for (const auto& [key, cotangent] : cotangents)
      for (std::int64_t i = 0; key == name && i < tensor.size(); ++i) sum += at(tensor, i) * at(cotangent, i);
  }
  return sum;
}

}  // namespace albert::testing
