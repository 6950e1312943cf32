#include "model/forward.h"

#include "base/element.h"
#include "model/encoder.h"
#include "model/head_mask.h"

namespace albert {
namespace {

BatchRules batch_rules(const Architecture& architecture, std::int64_t vocab_size) {
  using Positions = BatchRules::Positions;
  BatchRules rules;
  rules.flavor = architecture.flavor;
  rules.vocab_size = vocab_size;
  rules.embedding_size = architecture.embedding_size;
  rules.type_vocab_size = architecture.type_vocab_size;
  rules.max_positions = architecture.max_positions;
  rules.positions = architecture.position_type == PositionType::absolute ? Positions::table
                    : architecture.has_relative_positions()              ? Positions::relative
                                                                         : Positions::unused;
  rules.multiple_choice = architecture.model_class == ModelClass::multiple_choice;
  return rules;
}

/// Packing applies only where it changes nothing that is kept: not under a loss or a head mask that
/// reaches over all slots of a row.
Padding padding_for(const Architecture& architecture, const ModelInputs& inputs, Padding wanted) {
  const bool positions = architecture.model_class == ModelClass::question_answering && inputs.start_positions && inputs.end_positions;
  const auto& head_mask = inputs.head_mask;
  const bool by_slot = head_mask && head_mask->rank() == 5 && (head_mask->dim(3) != 1 || head_mask->dim(4) != 1);
  return positions || by_slot ? Padding::exact : wanted;
}

const Tensor* token_labels(const Architecture& architecture, const ModelInputs& inputs) {
  const bool per_token = architecture.has_mlm_head() || architecture.model_class == ModelClass::token_classification;
  return per_token && inputs.labels ? &*inputs.labels : nullptr;
}

/// inputs_embeds of the tokens of the batch, [M, E] of T.
template <class T>
const T* token_embeds(const PackedBatch& batch, std::int64_t width, Arena& arena) {
  if (!batch.embeds) return nullptr;
  if (batch.embeds->dtype() == dtype_of<T> && !batch.dropped_any()) return batch.embeds->template values<T>().data();
  T* values = arena.take<T>(batch.tokens() * width);
  for (std::int64_t token = 0; token < batch.tokens(); ++token) {
    const std::int64_t slot = batch.dropped_any() ? batch.padded[static_cast<std::size_t>(token)] : token;
    for (std::int64_t i = 0; i < width; ++i) values[token * width + i] = static_cast<T>(number_at(*batch.embeds, slot * width + i));
  }
  return values;
}

/// The bias of each sequence; null where nothing is hidden.
template <class T>
std::span<const T* const> mask_rows(const PackedBatch& batch, Flavor flavor, Arena& arena) {
  if (batch.mask.empty()) return {};
  const auto size = static_cast<std::int64_t>(batch.mask.size()), each = size / batch.rows;
  T* bias = arena.take<T>(size);
  for (std::int64_t i = 0; i < size; ++i) bias[i] = mask_bias<T>(batch.mask[static_cast<std::size_t>(i)], flavor);
  const T** rows = arena.take<const T*>(batch.rows);
  for (std::int64_t b = 0; b < batch.rows; ++b) {
    const T* first = bias + b * each;
    rows[b] = std::all_of(first, first + each, [](T value) { return value == 0; }) ? nullptr : first;
  }
  return {rows, static_cast<std::size_t>(batch.rows)};
}

/// Zero tensors that the encoder fills, and where their numbers are.
template <class T>
void add_output(std::vector<Tensor>& tensors, std::vector<T*>& rows, std::vector<std::int64_t> shape) {
  tensors.emplace_back(dtype_of<T>, std::move(shape));
  rows.push_back(tensors.back().template mutable_values<T>().data());
}

template <class T>
void run_head(const HeadArguments<T>& arguments, ModelOutput& output) {
  switch (arguments.pass.architecture.model_class) {
    case ModelClass::model:
      return base_model(arguments, output);
    case ModelClass::pre_training:
      return pre_training(arguments, output);
    case ModelClass::masked_lm:
      return masked_lm(arguments, output);
    case ModelClass::sequence_classification:
      return sequence_classification(arguments, output);
    case ModelClass::multiple_choice:
      return multiple_choice(arguments, output);
    case ModelClass::token_classification:
      return token_classification(arguments, output);
    case ModelClass::question_answering:
      return question_answering(arguments, output);
  }
}

template <class T>
bool run_head_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence) {
  switch (arguments.pass.architecture.model_class) {
    case ModelClass::model:
      return base_model_backward(arguments, backward, dsequence);
    case ModelClass::pre_training:
      return pre_training_backward(arguments, backward, dsequence);
    case ModelClass::masked_lm:
      return masked_lm_backward(arguments, backward, dsequence);
    case ModelClass::sequence_classification:
      return sequence_classification_backward(arguments, backward, dsequence);
    case ModelClass::multiple_choice:
      return multiple_choice_backward(arguments, backward, dsequence);
    case ModelClass::token_classification:
      return token_classification_backward(arguments, backward, dsequence);
    case ModelClass::question_answering:
      return question_answering_backward(arguments, backward, dsequence);
  }
  return false;
}

}  // namespace

template <class T>
Pass<T> make_pass(const Architecture& architecture, const Prepared<T>& weights, const backend::Backend<T>& backend,
                  const ModelInputs& inputs, const ForwardSettings& settings, Workspace& workspace) {
  auto& batch = workspace.batch;
  auto& arena = workspace.arena;
  pack_batch(inputs, batch_rules(architecture, weights.vocab_size), padding_for(architecture, inputs, settings.padding),
             token_labels(architecture, inputs), batch);
  Pass<T> pass{architecture, weights, backend, batch, arena, workspace.block_arenas, settings.train, settings.dropout_seed, {}, {}, {}};
  refuse_labels(pass, inputs);
  pass.embeds = token_embeds<T>(batch, architecture.embedding_size, arena);
  pass.mask = mask_rows<T>(batch, architecture.flavor, arena);
  if (inputs.head_mask) pass.head_mask = make_head_mask<T>(*inputs.head_mask, architecture, batch.rows, batch.sequence, arena);
  return pass;
}

template <class T>
ModelOutput run_pass(const Pass<T>& pass, const ModelInputs& inputs, const ForwardSettings& settings, Tape<T>* tape) {
  const auto& architecture = pass.architecture;
  const auto& batch = pass.batch;
  EncoderOutput<T> encoded;
  std::vector<Tensor> hidden_states, attentions;
  if (settings.output_hidden_states)
    for (std::int64_t i = 0; i <= architecture.num_layers; ++i)
      add_output(hidden_states, encoded.hidden_states, {batch.rows, batch.sequence, architecture.hidden_size});
  if (settings.output_attentions)
    for (std::int64_t i = 0; i < architecture.num_layers; ++i)
      for (std::int64_t j = 0; j < architecture.inner_layers; ++j) {
        const auto& heads = architecture.block_heads[static_cast<std::size_t>(architecture.group_of(i) * architecture.inner_layers + j)];
        add_output(attentions, encoded.attentions, {batch.rows, heads.left, batch.sequence, batch.sequence});
      }
  encoded.sequence = tape != nullptr ? tape->inputs.back() : pass.arena.template take<T>(batch.tokens() * architecture.hidden_size);
  encode(pass, encoded, tape);

  ModelOutput output;
  run_head<T>({pass, inputs, encoded.sequence, settings.problem, settings.legacy_loss, tape == nullptr ? nullptr : &tape->head}, output);
  if (settings.output_hidden_states) output.append("hidden_states", std::move(hidden_states));
  if (settings.output_attentions) output.append("attentions", std::move(attentions));
  return output;
}

template <class T>
void run_pass_backward(const BackwardPass<T>& backward, const ForwardSettings& settings) {
  const auto& pass = backward.pass;
  const std::int64_t count = pass.batch.tokens() * pass.architecture.hidden_size;
  T* dsequence = backward.arena.template take<T>(count);
  std::fill_n(dsequence, count, T{0});
  const bool reached = run_head_backward<T>(
      {pass, backward.inputs, backward.tape.inputs.back(), settings.problem, settings.legacy_loss, nullptr}, backward, dsequence);
  encode_backward(backward, dsequence, reached);
}

ModelOutput run_forward(const Architecture& architecture, const Parameters& parameters, const std::shared_ptr<const Device>& device,
                        const ModelInputs& inputs, const ForwardSettings& settings) {
  const auto run = [&](const auto& backend) {
    const auto weights = prepare(parameters, device, backend);
    const auto workspace = weights->workspaces.borrow();
    return run_pass(make_pass(architecture, *weights, backend, inputs, settings, *workspace), inputs, settings);
  };
  const auto& known = backend::as_backend_device(*device);
  return known.f64() != nullptr ? run(*known.f64()) : run(*known.f32());
}

template Pass<float> make_pass(const Architecture&, const Prepared<float>&, const backend::Backend<float>&, const ModelInputs&,
                               const ForwardSettings&, Workspace&);
template ModelOutput run_pass(const Pass<float>&, const ModelInputs&, const ForwardSettings&, Tape<float>*);
template void run_pass_backward(const BackwardPass<float>&, const ForwardSettings&);
template Pass<double> make_pass(const Architecture&, const Prepared<double>&, const backend::Backend<double>&, const ModelInputs&,
                                const ForwardSettings&, Workspace&);
template ModelOutput run_pass(const Pass<double>&, const ModelInputs&, const ForwardSettings&, Tape<double>*);
template void run_pass_backward(const BackwardPass<double>&, const ForwardSettings&);

}  // namespace albert
