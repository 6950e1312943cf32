#include "model/encoder.h"

#include <functional>

#include "model/attention.h"
#include "model/embeddings.h"
#include "model/feed_forward.h"

namespace albert {
namespace {

/// One application of a block: iteration i, inner layer j.
template <class T>
struct Step {
  const PreparedBlock<T>* weights;
  const T* head_mask;
  bool ends_iteration;  ///< the last inner layer: its result is a hidden state
};

/// Which block runs when, and with which row of the head mask. Iteration i of N belongs to group
/// g = int(i / (N / G)); the group gets rows [g * L, (g + 1) * L), L = int(N / G), of the head mask
/// and its inner block j uses row j of those. So with one group every layer uses row 0, and a group
/// of fewer than J rows is an index error, with or without a head mask.
template <class T>
std::span<const Step<T>> plan_steps(const Pass<T>& pass) {
  const auto& a = pass.architecture;
  require(a.num_layers == 0 || a.num_groups > 0, ErrorCode::value, "num_hidden_groups: expected at least 1, got 0");
  Step<T>* steps = pass.arena.template take<Step<T>>(a.num_layers * a.inner_layers);
  Step<T>* step = steps;
  const std::int64_t rows = a.num_layers == 0 ? 0 : a.num_layers / a.num_groups;
  const std::int64_t mask_rows = pass.head_mask.values != nullptr ? pass.head_mask.layers : a.num_layers;
  for (std::int64_t i = 0; i < a.num_layers; ++i) {
    const std::int64_t group = a.group_of(i);
    for (std::int64_t j = 0; j < a.inner_layers; ++j, ++step) {
      const std::int64_t row = group * rows + j;
      require(a.flavor == Flavor::flax || (j < rows && row < mask_rows), ErrorCode::index,
              "head_mask: inner layer {} of group {} has no row ({} rows a group, {} in all)", j, group, rows, mask_rows);
      const auto block = static_cast<std::size_t>(group * a.inner_layers + j);
      step->weights = &pass.weights.blocks[block];
      step->ends_iteration = j + 1 == a.inner_layers;
      step->head_mask = pass.head_mask.values == nullptr ? nullptr : pass.head_mask.values + row * pass.head_mask.layer_size;
      const std::int64_t heads = a.block_heads[block].left;
      require(step->head_mask == nullptr || pass.head_mask.shape[1] == 1 || pass.head_mask.shape[1] == heads, ErrorCode::value,
              "head_mask: expected {} heads, got {}", heads, pass.head_mask.shape[1]);
      require(step->weights->dense->in == step->weights->width, ErrorCode::value,
              "attention: the output projection takes {} columns, {} heads of {} give {}", step->weights->dense->in, heads, a.head_size,
              step->weights->width);
    }
  }
  require(a.chunk_size == 0 || step == steps || pass.batch.sequence % a.chunk_size == 0, ErrorCode::value,
          "chunk_size_feed_forward: sequence length {} is not a multiple of {}", pass.batch.sequence, a.chunk_size);
  return {steps, step};
}

/// Scratch that one token needs in the largest layer.
template <class T>
std::int64_t scratch_width(const Pass<T>& pass) {
  std::int64_t width = std::max(pass.architecture.embedding_size, backend::scratch_stride<T>(pass.architecture.intermediate_size));
  for (const auto& block : pass.weights.blocks) width = std::max(width, attention_scratch<T>(block.width));
  return width;
}

template <class T>
void encode_block(const Block<T>& block, std::span<const Step<T>> steps, const EncoderOutput<T>& output) {
  const std::int64_t hidden = block.pass.architecture.hidden_size;
  T* h = output.sequence + block.first_token * hidden;
  std::size_t finished = 0;
  const auto store_hidden_state = [&] {
    if (!output.hidden_states.empty())
      store_tokens(block.pass, block.backend, h, block.first_token, block.tokens, hidden, output.hidden_states[finished++]);
  };
  embed(block, h);
  store_hidden_state();
  for (std::size_t layer = 0; layer < steps.size(); ++layer) {
    const auto& step = steps[layer];
    const auto number = static_cast<std::int64_t>(layer);
    attention(block, number, *step.weights, step.head_mask, h, output.attentions.empty() ? nullptr : output.attentions[layer]);
    feed_forward(block, number, *step.weights, h);
    if (step.ends_iteration) store_hidden_state();
  }
  while (finished < output.hidden_states.size()) store_hidden_state();  // iterations without blocks (J = 0)
}

}  // namespace

template <class T>
void encode(const Pass<T>& pass, const EncoderOutput<T>& output) {
  const auto steps = plan_steps(pass);
  const auto width = scratch_width(pass);
  const auto run = [&](std::int32_t first, std::int32_t last, const backend::Backend<T>& backend) {
    const auto arena = pass.block_arenas.borrow();
    const auto& offsets = pass.batch.offsets;
    const std::int32_t begin = offsets[static_cast<std::size_t>(first)];
    std::int32_t* own = arena->template take<std::int32_t>(last - first + 1);
    for (std::int32_t b = first; b <= last; ++b) own[b - first] = offsets[static_cast<std::size_t>(b)] - begin;
    Block<T> block{pass, backend, *arena, {}, first, begin, own[last - first], nullptr};
    block.sequences.offsets = {own, static_cast<std::size_t>(last - first + 1)};
    for (std::int32_t b = 0; b < last - first; ++b) block.sequences.longest = std::max(block.sequences.longest, own[b + 1] - own[b]);
    block.scratch = arena->template take<T>(block.tokens * width);
    encode_block(block, steps, output);
  };
  pass.backend.for_each_block(pass.batch.offsets, std::ref(run));
}

template void encode(const Pass<float>&, const EncoderOutput<float>&);
template void encode(const Pass<double>&, const EncoderOutput<double>&);

}  // namespace albert
