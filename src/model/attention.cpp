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

}  // namespace

template <class T>
void attention(const Block<T>& block, std::int64_t layer, const PreparedBlock<T>& weights, const T* head_mask, T* h, T* probabilities) {
  using Place = typename Pass<T>::Place;
  const auto& pass = block.pass;
  const auto& architecture = pass.architecture;
  const std::int64_t hidden = architecture.hidden_size;
  const std::int64_t width = weights.width;
  const std::int64_t stride = backend::scratch_stride<T>(3 * width), context_stride = backend::scratch_stride<T>(width);
  T* qkv = block.scratch;                              // [m, stride], of which 3 A' d columns count
  T* context = block.scratch + block.tokens * stride;  // [m, context_stride], of which A' d columns count

  if (width > 0) {
    block.backend.linear(h, block.tokens, hidden, *weights.qkv, backend::Activation::none, qkv, stride);

    backend::AttentionArguments<T> arguments;
    arguments.sequences = block.sequences;
    arguments.head_size = architecture.head_size;
    arguments.heads = width / architecture.head_size;
    arguments.query = qkv;
    arguments.key = qkv + width;
    arguments.value = qkv + 2 * width;
    arguments.row_stride = stride;
    arguments.scale_query_first = architecture.flavor == Flavor::flax;
    if (!pass.mask.empty())
      arguments.mask = pass.mask.subspan(static_cast<std::size_t>(block.first_sequence), static_cast<std::size_t>(block.sequences.count()));
    arguments.mask_per_query = pass.batch.mask_per_query;
    arguments.relative = relative_terms(architecture.position_type);
    arguments.relative_table = weights.relative_table;
    arguments.max_positions = architecture.max_positions;
    arguments.slots = pass.batch.slots.data() + block.first_token;
    if (architecture.flavor == Flavor::tensorflow) arguments.softmax_offset = 1e-9;
    arguments.dropout = pass.dropout(Place::attention_probabilities, architecture.attention_dropout, layer, block.first_token);
    arguments.dropout_shared = architecture.flavor == Flavor::flax;
    if (head_mask != nullptr) {
      const auto& shape = pass.head_mask.shape;
      std::int64_t step = 1;
      for (int axis = 3; axis >= 0; --axis) {
        arguments.head_mask_strides[axis] = shape[axis] == 1 ? 0 : step;
        step *= shape[axis];
      }
      arguments.head_mask = head_mask + block.first_sequence * arguments.head_mask_strides[0];
    }
    std::span<T*> rows;
    if (probabilities != nullptr) rows = probability_rows(block, arguments.heads, probabilities);
    arguments.probabilities = rows;
    block.backend.attention(arguments, context, context_stride);
    if (probabilities != nullptr && pass.batch.dropped_any()) scatter_probabilities<T>(block, arguments.heads, rows, probabilities);
  }
  block.backend.linear_add_layer_norm(context, block.tokens, context_stride, *weights.dense, h, pass.layer_norm(weights.attention_norm),
                                      pass.dropout(Place::attention_output, architecture.hidden_dropout, layer, block.first_token), h);
}

template void attention(const Block<float>&, std::int64_t, const PreparedBlock<float>&, const float*, float*, float*);
template void attention(const Block<double>&, std::int64_t, const PreparedBlock<double>&, const double*, double*, double*);

}  // namespace albert
