#include "model/architecture.h"

#include <algorithm>

#include "base/check.h"

namespace albert {
namespace {

constexpr std::int64_t kMaxBlocks = 10'000;  // blocks run, and blocks stored

void check_rate(const char* name, double rate) {
  require(rate >= 0 && rate <= 1, ErrorCode::value, "{}: expected a probability between 0 and 1, got {}", name, rate);
}

PositionType position_type_of(const std::string& name, Flavor flavor) {
  if (flavor != Flavor::pytorch || name == "absolute") return PositionType::absolute;
  if (name == "relative_key") return PositionType::relative_key;
  if (name == "relative_key_query") return PositionType::relative_key_query;
  return PositionType::none;
}

/// Which rate stands before the classifier depends on the class and the framework (spec/config.md section 1).
std::optional<double> classifier_dropout_of(const AlbertConfig& config, ModelClass model_class, Flavor flavor) {
  const auto own = config.classifier_dropout_prob();
  const double hidden = config.hidden_dropout_prob();
  switch (model_class) {
    case ModelClass::token_classification:
      return own.value_or(hidden);
    case ModelClass::multiple_choice:
      if (flavor != Flavor::pytorch) return hidden;
      break;
    case ModelClass::sequence_classification:
      if (flavor == Flavor::flax) return own.value_or(hidden);
      break;
    case ModelClass::pre_training:
      break;
    case ModelClass::model:
    case ModelClass::masked_lm:
    case ModelClass::question_answering:
      return 0.0;
  }
  require(own.has_value() || flavor != Flavor::pytorch, ErrorCode::type, "classifier_dropout_prob: {} needs a number, got null",
          to_string(model_class));
  return own;
}

bool has_pooler(ModelClass model_class, bool add_pooling_layer) {
  switch (model_class) {
    case ModelClass::model:
      return add_pooling_layer;
    case ModelClass::pre_training:
    case ModelClass::sequence_classification:
    case ModelClass::multiple_choice:
      return true;
    default:
      return false;
  }
}

std::int64_t classifier_outputs(const AlbertConfig& config, ModelClass model_class, Flavor flavor) {
  if (model_class == ModelClass::multiple_choice) return 1;
  if (model_class == ModelClass::pre_training && flavor == Flavor::flax) return 2;
  return config.num_labels();
}

bool is_true(const AlbertConfig& config, std::string_view name) {
  const Json value = config.get(name);
  return value.is_bool() && value.as_bool();
}

}  // namespace

std::vector<std::int64_t> BlockHeads::prune(const std::vector<std::int64_t>& heads) {
  std::set<std::int64_t> wanted(heads.begin(), heads.end());
  for (const auto head : pruned) wanted.erase(head);
  std::set<std::int64_t> removed;
  for (const auto head : wanted) {
    const auto smaller = std::distance(pruned.begin(), pruned.lower_bound(head));
    const std::int64_t row = head - smaller;
    require(row >= -left && row < left, ErrorCode::index, "pruned_heads: head {} is out of range", head);
    removed.insert(row < 0 ? row + left : row);
  }
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < left; ++row)
    if (!removed.contains(row)) kept.push_back(row);
  left = static_cast<std::int64_t>(kept.size());
  pruned.merge(wanted);
  cut = cut || !heads.empty();
  return kept;
}

std::int64_t Architecture::group_of(std::int64_t layer) const {
  // Real division, as the reference has it: N need not be a multiple of G.
  const double layers_per_group = static_cast<double>(num_layers) / static_cast<double>(num_groups);
  return static_cast<std::int64_t>(static_cast<double>(layer) / layers_per_group);
}

std::size_t Architecture::block_of_pruning_key(std::int64_t key) const {
  require(inner_layers > 0, ErrorCode::value, "pruned_heads: there are no blocks to prune (inner_group_num is 0)");
  std::int64_t group = key / inner_layers;  // truncates towards zero, like int(key / J)
  std::int64_t inner = key - group * inner_layers;
  require(group >= -num_groups && group < num_groups && inner >= -inner_layers, ErrorCode::index,
          "pruned_heads: layer {} is out of range, there are {} blocks", key, num_groups * inner_layers);
  if (group < 0) group += num_groups;
  if (inner < 0) inner += inner_layers;
  return static_cast<std::size_t>(group * inner_layers + inner);
}

Architecture make_architecture(const AlbertConfig& config, ModelClass model_class, bool add_pooling_layer, Flavor flavor) {
  Architecture a;
  a.model_class = model_class;
  a.flavor = flavor;
  a.pooler = has_pooler(model_class, add_pooling_layer);
  a.vocab_size = config.vocab_size();
  a.embedding_size = config.embedding_size();
  a.hidden_size = config.hidden_size();
  a.num_layers = config.num_hidden_layers();
  a.num_groups = config.num_hidden_groups();
  a.inner_layers = config.inner_group_num();
  a.num_heads = config.num_attention_heads();
  a.intermediate_size = config.intermediate_size();
  a.max_positions = config.max_position_embeddings();
  a.type_vocab_size = config.type_vocab_size();
  a.num_labels = classifier_outputs(config, model_class, flavor);
  a.chunk_size = flavor == Flavor::pytorch ? std::max<std::int64_t>(0, config.chunk_size_feed_forward()) : 0;
  a.layer_norm_eps = config.layer_norm_eps();
  a.initializer_range = config.initializer_range();
  a.position_type = position_type_of(config.position_embedding_type(), flavor);

  require(a.num_layers * std::max<std::int64_t>(1, a.inner_layers) <= kMaxBlocks && a.num_groups <= kMaxBlocks &&
              a.num_groups * a.inner_layers <= kMaxBlocks,
          ErrorCode::resource, "num_hidden_layers {} x inner_group_num {} (in {} groups): more than {} blocks", a.num_layers,
          a.inner_layers, a.num_groups, kMaxBlocks);
  require(a.num_heads > 0, ErrorCode::value, "num_attention_heads: expected at least 1, got {}", a.num_heads);
  require(flavor == Flavor::pytorch || a.hidden_size % a.num_heads == 0, ErrorCode::value,
          "hidden_size {} is not a multiple of num_attention_heads {}", a.hidden_size, a.num_heads);
  a.head_size = a.hidden_size / a.num_heads;

  a.gated = flavor == Flavor::tensorflow && config.hidden_act() == "glu";
  if (a.gated) {
    require(a.intermediate_size % 2 == 0, ErrorCode::value, "hidden_act: 'glu' halves intermediate_size {}, which should be even",
            a.intermediate_size);
    require(!a.has_mlm_head(), ErrorCode::value, "hidden_act: 'glu' halves what the decoder of {} needs whole", to_string(model_class));
  } else {
    const auto activation = backend::activation_from_name(config.hidden_act(), flavor);
    require(activation.has_value(), ErrorCode::key, "hidden_act: '{}' is not an activation of the {} flavour", config.hidden_act(),
            to_string(flavor));
    a.activation = *activation;
  }

  a.hidden_dropout = config.hidden_dropout_prob();
  a.attention_dropout = config.attention_probs_dropout_prob();
  a.classifier_dropout = classifier_dropout_of(config, model_class, flavor);
  check_rate("hidden_dropout_prob", a.hidden_dropout);
  check_rate("attention_probs_dropout_prob", a.attention_dropout);
  check_rate("classifier_dropout_prob", a.classifier_dropout.value_or(0));

  if (flavor == Flavor::pytorch) {
    if (const auto pad = config.pad_token_id()) {
      require(*pad >= -a.vocab_size && *pad < a.vocab_size, ErrorCode::value, "pad_token_id: expected within [{}, {}), got {}",
              -a.vocab_size, a.vocab_size, *pad);
      a.pad_row = *pad < 0 ? *pad + a.vocab_size : *pad;
    }
    require(!(is_true(config, "is_encoder_decoder") && is_true(config, "tie_encoder_decoder")), ErrorCode::key,
            "tie_encoder_decoder: ALBERT is not an encoder-decoder model");
  }
  require(!(flavor == Flavor::flax && model_class == ModelClass::question_answering && a.num_labels != 2), ErrorCode::value,
          "num_labels: question answering needs 2, got {}", a.num_labels);

  const bool tied = config.tie_word_embeddings() || flavor == Flavor::tensorflow;
  const bool cloned = flavor == Flavor::pytorch && config.torchscript();
  a.decoder_tied = tied && !cloned;
  a.decoder_cloned = tied && cloned;

  a.block_heads.assign(static_cast<std::size_t>(a.num_groups * a.inner_layers), BlockHeads{a.num_heads, {}, false});
  if (flavor == Flavor::pytorch)
    for (const auto& [key, heads] : config.pruned_heads()) {
      auto& block = a.block_heads[a.block_of_pruning_key(key)];
      if (!heads.empty()) block.prune(heads);
    }
  return a;
}

}  // namespace albert
