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

  [[nodiscard]] AttentionStep<T> attention(std::size_t number) const { return {static_cast<std::int64_t>(number), *weights, head_mask}; }
};

/// Which block runs when, and with which row of the head mask. Iteration i of N belongs to group
/// g = int(i / (N / G)); the group gets rows [g * L, (g + 1) * L), L = int(N / G), of the head mask
/// and its inner block j uses row j of those. So with one group every layer uses row 0, and a group
/// of fewer than J rows is an index error, with or without a head mask.
template <class T>
std::span<const Step<T>> plan_steps(const Pass<T>& pass, Arena& arena) {
  const auto& a = pass.architecture;
  require(a.num_layers == 0 || a.num_groups > 0, ErrorCode::value, "num_hidden_groups: expected at least 1, got 0");
  Step<T>* steps = arena.template take<Step<T>>(a.num_layers * a.inner_layers);
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

/// Elements that one token needs for query, key, value and context of the widest block.
template <class T>
std::int64_t widest_attention(const Pass<T>& pass) {
  std::int64_t width = 0;
  for (const auto& block : pass.weights.blocks) width = std::max(width, attention_scratch<T>(block.width));
  return width;
}

/// Scratch that one token needs in the largest layer.
template <class T>
std::int64_t scratch_width(const Pass<T>& pass) {
  const auto& a = pass.architecture;
  return std::max({a.embedding_size, backend::scratch_stride<T>(a.intermediate_size), widest_attention(pass)});
}

/// A block whose numbers are not wanted afterwards: all in one scratch, the hidden state in place.
template <class T>
BlockTape<T> scratch_tape(const PreparedBlock<T>& weights, std::int64_t tokens, T* scratch, T* h) {
  BlockTape<T> tape;
  tape.qkv = tape.inner = scratch;
  tape.context = scratch + tokens * backend::scratch_stride<T>(3 * weights.width);
  tape.attended = h;
  return tape;
}

/// `scratch` where there is no tape, `tape` where there is one; the other is null.
template <class T>
void encode_block(const Block<T>& block, std::span<const Step<T>> steps, const EncoderOutput<T>& output, T* scratch, const Tape<T>* tape) {
  const std::int64_t hidden = block.pass.architecture.hidden_size;
  T* h = tape != nullptr ? tape->inputs[0] : output.sequence + block.first_token * hidden;
  std::size_t finished = 0;
  const auto store_hidden_state = [&] {
    if (!output.hidden_states.empty())
      store_tokens(block.pass, block.backend, h, block.first_token, block.tokens, hidden, output.hidden_states[finished++]);
  };
  embed(block, tape != nullptr ? tape->embedded : scratch, h);
  store_hidden_state();
  for (std::size_t layer = 0; layer < steps.size(); ++layer) {
    const auto& step = steps[layer];
    const auto own = tape != nullptr ? tape->block(layer) : scratch_tape(*step.weights, block.tokens, scratch, h);
    attention(block, step.attention(layer), h, own, output.attentions.empty() ? nullptr : output.attentions[layer]);
    if (tape != nullptr) h = tape->inputs[layer + 1];
    feed_forward(block, static_cast<std::int64_t>(layer), *step.weights, own, h);
    if (step.ends_iteration) store_hidden_state();
  }
  while (finished < output.hidden_states.size()) store_hidden_state();  // iterations without blocks (J = 0)
}

template <class T, class A>
BlockTape<T> take_block(std::int64_t tokens, std::int64_t hidden, std::int64_t width, std::int64_t intermediate, A& arena) {
  BlockTape<T> tape;
  tape.qkv = arena.template take<T>(tokens * backend::scratch_stride<T>(3 * width));
  tape.context = arena.template take<T>(tokens * backend::scratch_stride<T>(width));
  tape.attention_sums = arena.template take<T>(tokens * hidden);
  tape.attended = arena.template take<T>(tokens * hidden);
  tape.before = arena.template take<T>(tokens * backend::scratch_stride<T>(intermediate));
  tape.inner = arena.template take<T>(tokens * backend::scratch_stride<T>(intermediate));
  tape.output_sums = arena.template take<T>(tokens * hidden);
  return tape;
}

/// dh += the cotangent of a hidden state, if it has one.
template <class T>
bool add_hidden_state(const BackwardPass<T>& backward, std::int64_t index, T* rows, T* dh) {
  const T* given = backward.cotangents.template values<T>(fmt::format("hidden_states.{}", index));
  if (given == nullptr) return false;
  const auto& pass = backward.pass;
  const std::int64_t hidden = pass.architecture.hidden_size;
  load_tokens(pass, given, hidden, rows);
  pass.backend.add(rows, pass.batch.tokens() * hidden, dh);
  return true;
}

}  // namespace

template <class T>
void encode(const Pass<T>& pass, const EncoderOutput<T>& output, const Tape<T>* tape) {
  const auto steps = plan_steps(pass, pass.arena);
  if (tape != nullptr) return encode_block<T>(whole_batch(pass, pass.arena), steps, output, nullptr, tape);
  const auto width = scratch_width(pass);
  const auto run = [&](std::int32_t first, std::int32_t last, const backend::Backend<T>& backend) {
    const auto arena = pass.block_arenas.borrow();
    const auto& offsets = pass.batch.offsets;
    const std::int32_t begin = offsets[static_cast<std::size_t>(first)];
    std::int32_t* own = arena->template take<std::int32_t>(last - first + 1);
    for (std::int32_t b = first; b <= last; ++b) own[b - first] = offsets[static_cast<std::size_t>(b)] - begin;
    Block<T> block{pass, backend, *arena, {}, first, begin, own[last - first]};
    block.sequences.offsets = {own, static_cast<std::size_t>(last - first + 1)};
    for (std::int32_t b = 0; b < last - first; ++b) block.sequences.longest = std::max(block.sequences.longest, own[b + 1] - own[b]);
    encode_block<T>(block, steps, output, arena->template take<T>(block.tokens * width), nullptr);
  };
  pass.backend.for_each_block(pass.batch.offsets, std::ref(run));
}

template <class T>
void encode_backward(const BackwardPass<T>& backward, T* dh, bool reached) {
  const auto& pass = backward.pass;
  const auto& architecture = pass.architecture;
  const auto& tape = backward.tape;
  const auto steps = plan_steps(pass, backward.arena);
  const auto block = whole_batch(pass, backward.arena);
  T* scratch = backward.arena.template take<T>(backward_scratch(pass));
  std::int64_t iteration = architecture.num_layers;  // the hidden state at hand, until the blocks of its iteration are undone
  const auto take_hidden_state = [&] { reached = add_hidden_state(backward, iteration, scratch, dh) || reached; };
  if (architecture.inner_layers == 0)
    for (; iteration > 0; --iteration) take_hidden_state();
  for (std::size_t layer = steps.size(); layer-- > 0;) {
    const auto& step = steps[layer];
    const auto number = static_cast<std::int64_t>(layer);
    if (step.ends_iteration) {
      take_hidden_state();
      --iteration;
    }
    const T* dprobabilities = backward.cotangents.template values<T>(fmt::format("attentions.{}", layer));
    if (!reached && dprobabilities == nullptr) continue;
    const T* h = tape.inputs[layer];
    const auto& own = tape.block(layer);
    if (tape.recompute) {
      attention(block, step.attention(layer), h, own, static_cast<T*>(nullptr));
      feed_forward(block, number, *step.weights, own, tape.inputs[layer + 1]);
    }
    if (reached) {
      feed_forward_backward(block, number, *step.weights, own, backward, scratch, dh);
      attention_backward(block, step.attention(layer), h, own, dprobabilities, backward, scratch, dh);
    } else {
      probabilities_backward(block, step.attention(layer), h, own, dprobabilities, backward, scratch, dh);
    }
    reached = true;
  }
  take_hidden_state();
  if (reached) embed_backward(block, backward, static_cast<const T*>(dh), scratch);
}

template <class T, class A>
Tape<T> take_tape(const Pass<T>& pass, bool recompute, A& arena) {
  const auto& a = pass.architecture;
  const std::int64_t tokens = pass.batch.tokens();
  const auto take_one = [&](std::int64_t width) { return take_block<T>(tokens, a.hidden_size, width, a.intermediate_size, arena); };
  Tape<T> tape;
  tape.recompute = recompute;
  tape.embedded = arena.template take<T>(tokens * a.embedding_size);
  tape.inputs.push_back(arena.template take<T>(tokens * a.hidden_size));
  for (std::int64_t i = 0; a.num_groups > 0 && i < a.num_layers; ++i)
    for (std::int64_t j = 0; j < a.inner_layers; ++j) {
      tape.inputs.push_back(arena.template take<T>(tokens * a.hidden_size));
      const auto block = static_cast<std::size_t>(a.group_of(i) * a.inner_layers + j);
      if (!recompute) tape.blocks.push_back(take_one(pass.weights.blocks.at(block).width));
    }
  if (recompute) {
    std::int64_t widest = 0;
    for (const auto& block : pass.weights.blocks) widest = std::max(widest, block.width);
    tape.blocks.push_back(take_one(widest));
  }
  return tape;
}

template <class T>
std::int64_t backward_scratch(const Pass<T>& pass) {
  const auto& a = pass.architecture;
  const std::int64_t wide = std::max(backend::scratch_stride<T>(a.intermediate_size), widest_attention(pass));
  return pass.batch.tokens() * std::max(a.hidden_size + wide, 2 * a.embedding_size);
}

template void encode(const Pass<float>&, const EncoderOutput<float>&, const Tape<float>*);
template void encode_backward(const BackwardPass<float>&, float*, bool);
template Tape<float> take_tape(const Pass<float>&, bool, Arena&);
template Tape<float> take_tape(const Pass<float>&, bool, ArenaSize&);
template std::int64_t backward_scratch(const Pass<float>&);
template void encode(const Pass<double>&, const EncoderOutput<double>&, const Tape<double>*);
template void encode_backward(const BackwardPass<double>&, double*, bool);
template Tape<double> take_tape(const Pass<double>&, bool, Arena&);
template Tape<double> take_tape(const Pass<double>&, bool, ArenaSize&);
template std::int64_t backward_scratch(const Pass<double>&);

}  // namespace albert
