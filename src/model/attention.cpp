#include "model/attention.h"

namespace albert {
namespace {

backend::RelativeTerms relative_terms(PositionType type) {
  if (type == PositionType::relative_key) return backend::RelativeTerms::key;
  if (type == PositionType::relative_key_query) return backend::RelativeTerms::key_query;
  return backend::RelativeTerms::none;
}

/// Where the probabilities of each sequence of a block go: straight into the output when no token
/// was dropped (then a sequence's [A', S, S] lie together there), else into the arena first.
template <class T>
std::span<T*> probability_rows(const Block<T>& block, std::int64_t heads, T* output) {
  const auto count = block.sequences.count();
  T** rows = block.arena.template take<T*>(count);
  const std::int64_t sequence = block.pass.batch.sequence;
  for (std::int32_t b = 0; b < count; ++b) {
    const std::int64_t length =
        block.sequences.offsets[static_cast<std::size_t>(b) + 1] - block.sequences.offsets[static_cast<std::size_t>(b)];
    rows[b] = block.pass.batch.dropped_any() ? block.arena.template take<T>(heads * length * length)
                                             : output + (block.first_sequence + b) * heads * sequence * sequence;
  }
  return {rows, static_cast<std::size_t>(count)};
}

/// output[b, a, slot_l, slot_m] = p[a, l, m] for the tokens that were kept.
template <class T>
void scatter_probabilities(const Block<T>& block, std::int64_t heads, std::span<T* const> rows, T* output) {
  const std::int64_t sequence = block.pass.batch.sequence;
  for (std::int32_t b = 0; b < block.sequences.count(); ++b) {
    const std::int64_t first = block.sequences.offsets[static_cast<std::size_t>(b)];
    const std::int64_t length = block.sequences.offsets[static_cast<std::size_t>(b) + 1] - first;
    const std::int32_t* slots = block.pass.batch.slots.data() + block.first_token + first;
    const T* p = rows[static_cast<std::size_t>(b)];
    T* target = output + (block.first_sequence + b) * heads * sequence * sequence;
    for (std::int64_t a = 0; a < heads; ++a)
      for (std::int64_t l = 0; l < length; ++l)
        for (std::int64_t m = 0; m < length; ++m) target[(a * sequence + slots[l]) * sequence + slots[m]] = *p++;
  }
}

/// The other way: what belongs to the kept tokens of each sequence, [A', S_b, S_b].
template <class T>
std::span<const T*> gather_probabilities(const Block<T>& block, std::int64_t heads, const T* padded) {
  const auto count = block.sequences.count();
  const T** rows = block.arena.template take<const T*>(count);
  const std::int64_t sequence = block.pass.batch.sequence;
  for (std::int32_t b = 0; b < count; ++b) {
    const std::int64_t first = block.sequences.offsets[static_cast<std::size_t>(b)];
    const std::int64_t length = block.sequences.offsets[static_cast<std::size_t>(b) + 1] - first;
    const T* source = padded + (block.first_sequence + b) * heads * sequence * sequence;
    rows[b] = source;
    if (!block.pass.batch.dropped_any()) continue;
    const std::int32_t* slots = block.pass.batch.slots.data() + block.first_token + first;
    T* p = block.arena.template take<T>(heads * length * length);
    rows[b] = p;
    for (std::int64_t a = 0; a < heads; ++a)
      for (std::int64_t l = 0; l < length; ++l)
        for (std::int64_t m = 0; m < length; ++m) *p++ = source[(a * sequence + slots[l]) * sequence + slots[m]];
  }
  return {rows, static_cast<std::size_t>(count)};
}

template <class T>
backend::AttentionArguments<T> attention_arguments(const Block<T>& block, const AttentionStep<T>& step, const BlockTape<T>& tape) {
  const auto& pass = block.pass;
  const auto& architecture = pass.architecture;
  const std::int64_t width = step.weights.width;
  const T* qkv = tape.qkv;
  backend::AttentionArguments<T> arguments;
  arguments.sequences = block.sequences;
  arguments.head_size = architecture.head_size;
  arguments.heads = width / architecture.head_size;
  arguments.query = qkv;
  arguments.key = qkv + width;
  arguments.value = qkv + 2 * width;
  arguments.row_stride = backend::scratch_stride<T>(3 * width);
  arguments.scale_query_first = architecture.flavor == Flavor::flax;
  if (!pass.mask.empty())
    arguments.mask = pass.mask.subspan(static_cast<std::size_t>(block.first_sequence), static_cast<std::size_t>(block.sequences.count()));
  arguments.mask_per_query = pass.batch.mask_per_query;
  arguments.relative = relative_terms(architecture.position_type);
  arguments.relative_table = step.weights.relative_table;
  arguments.max_positions = architecture.max_positions;
  arguments.slots = pass.batch.slots.data() + block.first_token;
  if (architecture.flavor == Flavor::tensorflow) arguments.softmax_offset = 1e-9;
  arguments.dropout = pass.dropout(Pass<T>::Place::attention_probabilities, architecture.attention_dropout, step.layer, block.first_token);
  arguments.dropout_shared = architecture.flavor == Flavor::flax;
  if (step.head_mask != nullptr) {
    const auto& shape = pass.head_mask.shape;
    std::int64_t stride = 1;
    for (int axis = 3; axis >= 0; --axis) {
      arguments.head_mask_strides[axis] = shape[axis] == 1 ? 0 : stride;
      stride *= shape[axis];
    }
    arguments.head_mask = step.head_mask + block.first_sequence * arguments.head_mask_strides[0];
  }
  return arguments;
}

template <class T>
backend::Dropout output_dropout(const Block<T>& block, std::int64_t layer) {
  return block.pass.dropout(Pass<T>::Place::attention_output, block.pass.architecture.hidden_dropout, layer, block.first_token);
}

/// From dcontext (null: zeros) and dprobabilities (null: zeros) to dqkv, laid out as qkv.
template <class T>
void core_backward(const Block<T>& block, const AttentionStep<T>& step, const BlockTape<T>& tape, const T* dcontext,
                   const T* dprobabilities, const BackwardPass<T>& backward, T* dqkv) {
  const auto arguments = attention_arguments(block, step, tape);
  backend::AttentionGradients<T> gradients;
  if (dprobabilities != nullptr) gradients.probabilities = gather_probabilities(block, arguments.heads, dprobabilities);
  gradients.query = dqkv;
  gradients.key = dqkv + step.weights.width;
  gradients.value = dqkv + 2 * step.weights.width;
  gradients.row_stride = arguments.row_stride;
  if (arguments.relative != backend::RelativeTerms::none) gradients.relative_table = backward.sink.at(step.weights.relative_row);
  block.backend.attention_backward(arguments, dcontext, backend::scratch_stride<T>(step.weights.width), gradients);
}

}  // namespace

template <class T>
void attention(const Block<T>& block, const AttentionStep<T>& step, const T* h, const BlockTape<T>& tape, T* probabilities) {
  const auto& pass = block.pass;
  const auto& weights = step.weights;
  const std::int64_t hidden = pass.architecture.hidden_size;
  const std::int64_t context_stride = backend::scratch_stride<T>(weights.width);
  if (weights.width > 0) {
    auto arguments = attention_arguments(block, step, tape);
    block.backend.linear(h, block.tokens, hidden, *weights.qkv, backend::Activation::none, tape.qkv, arguments.row_stride);
    std::span<T*> rows;
    if (probabilities != nullptr) rows = probability_rows(block, arguments.heads, probabilities);
    arguments.probabilities = rows;
    block.backend.attention(arguments, tape.context, context_stride);
    if (probabilities != nullptr && pass.batch.dropped_any()) scatter_probabilities<T>(block, arguments.heads, rows, probabilities);
  }
  block.backend.linear_add_layer_norm(tape.context, block.tokens, context_stride, *weights.dense, h,
                                      pass.layer_norm(weights.attention_norm), output_dropout(block, step.layer), tape.attended,
                                      tape.attention_sums);
}

template <class T>
void attention_backward(const Block<T>& block, const AttentionStep<T>& step, const T* h, const BlockTape<T>& tape, const T* dprobabilities,
                        const BackwardPass<T>& backward, T* scratch, T* dh) {
  const auto& pass = block.pass;
  const auto& weights = step.weights;
  const std::int64_t hidden = pass.architecture.hidden_size, tokens = block.tokens;
  const std::int64_t stride = backend::scratch_stride<T>(3 * weights.width), context_stride = backend::scratch_stride<T>(weights.width);
  T* dropped = scratch;                  // [m, H]
  T* dqkv = scratch + tokens * hidden;   // [m, stride]
  T* dcontext = dqkv + tokens * stride;  // [m, context_stride]

  block.backend.layer_norm_backward(tape.attention_sums, tokens, hidden, pass.layer_norm(weights.attention_norm), dh, dh,
                                    backward.sink.of(weights.attention_norm));
  const T* dproduct = dropped_gradient(block, output_dropout(block, step.layer), dh, dropped);
  linear_backward(backward, weights.dense, tape.context, tokens, context_stride, dproduct, hidden, nullptr, dcontext, context_stride);
  if (weights.width == 0) {
    (void)backward.sink.of(weights.qkv);  // empty, but part of the computation
    return;
  }
  core_backward(block, step, tape, dcontext, dprobabilities, backward, dqkv);
  linear_backward(backward, weights.qkv, h, tokens, hidden, dqkv, stride, dh, dh, hidden);
}

template <class T>
void probabilities_backward(const Block<T>& block, const AttentionStep<T>& step, const T* h, const BlockTape<T>& tape,
                            const T* dprobabilities, const BackwardPass<T>& backward, T* scratch, T* dh) {
  const auto& weights = step.weights;
  const std::int64_t hidden = block.pass.architecture.hidden_size, tokens = block.tokens;
  const std::int64_t stride = backend::scratch_stride<T>(3 * weights.width);
  std::fill_n(dh, tokens * hidden, T{0});
  if (weights.width == 0) return;
  T* dqkv = scratch + tokens * hidden;
  core_backward<T>(block, step, tape, nullptr, dprobabilities, backward, dqkv);
  std::vector<backend::LinearGradients<T>> parts;  // the values have no part in it
  parts.reserve(2);
  for (std::size_t i = 0; i < 2; ++i)
    parts.push_back({backward.sink.at(weights.qkv.parts[i].weight), backward.sink.at(weights.qkv.parts[i].bias), weights.qkv.parts[i].out});
  block.backend.linear_backward_weights(h, tokens, hidden, hidden, dqkv, stride, parts);
  block.backend.linear_backward(dqkv, tokens, stride, *weights.qkv.backward, nullptr, dh, hidden);
}

template void attention(const Block<float>&, const AttentionStep<float>&, const float*, const BlockTape<float>&, float*);
template void attention_backward(const Block<float>&, const AttentionStep<float>&, const float*, const BlockTape<float>&, const float*,
                                 const BackwardPass<float>&, float*, float*);
template void probabilities_backward(const Block<float>&, const AttentionStep<float>&, const float*, const BlockTape<float>&, const float*,
                                     const BackwardPass<float>&, float*, float*);
template void attention(const Block<double>&, const AttentionStep<double>&, const double*, const BlockTape<double>&, double*);
template void attention_backward(const Block<double>&, const AttentionStep<double>&, const double*, const BlockTape<double>&, const double*,
                                 const BackwardPass<double>&, double*, double*);
template void probabilities_backward(const Block<double>&, const AttentionStep<double>&, const double*, const BlockTape<double>&,
                                     const double*, const BackwardPass<double>&, double*, double*);

}  // namespace albert
