#include "model/feed_forward.h"

namespace albert {
namespace {

// The reference's PyTorch form builds this dropout and never applies it.
template <class T>
backend::Dropout output_dropout(const Block<T>& block, std::int64_t layer) {
  const auto& architecture = block.pass.architecture;
  const double rate = architecture.flavor == Flavor::pytorch ? 0 : architecture.hidden_dropout;
  return block.pass.dropout(Pass<T>::Place::feed_forward_output, rate, layer, block.first_token);
}

}  // namespace

template <class T>
void feed_forward(const Block<T>& block, std::int64_t layer, const PreparedBlock<T>& weights, const BlockTape<T>& tape, T* h) {
  const auto& pass = block.pass;
  const auto& architecture = pass.architecture;
  const std::int64_t stride = backend::scratch_stride<T>(architecture.intermediate_size);
  block.backend.linear(tape.attended, block.tokens, architecture.hidden_size, *weights.ffn, architecture.activation, tape.inner, stride,
                       tape.before);
  if (architecture.gated) backend::gate_rows(tape.inner, block.tokens, architecture.intermediate_size, stride);
  block.backend.linear_add_layer_norm(tape.inner, block.tokens, stride, *weights.ffn_output, tape.attended,
                                      pass.layer_norm(weights.output_norm), output_dropout(block, layer), h, tape.output_sums);
}

template <class T>
void feed_forward_backward(const Block<T>& block, std::int64_t layer, const PreparedBlock<T>& weights, const BlockTape<T>& tape,
                           const BackwardPass<T>& backward, T* scratch, T* dh) {
  const auto& pass = block.pass;
  const auto& architecture = pass.architecture;
  const std::int64_t hidden = architecture.hidden_size, tokens = block.tokens;
  const std::int64_t stride = backend::scratch_stride<T>(architecture.intermediate_size);
  T* dropped = scratch;                   // [m, H]
  T* dinner = scratch + tokens * hidden;  // [m, stride]

  block.backend.layer_norm_backward(tape.output_sums, tokens, hidden, pass.layer_norm(weights.output_norm), dh, dh,
                                    backward.sink.of(weights.output_norm));
  const T* dproduct = dropped_gradient(block, output_dropout(block, layer), dh, dropped);
  linear_backward(backward, weights.ffn_output, tape.inner, tokens, stride, dproduct, hidden, nullptr, dinner, stride);
  if (architecture.gated)
    backend::gate_rows_backward(tape.before, tokens, architecture.intermediate_size, stride, dinner);
  else
    block.backend.activation_backward(architecture.activation, tape.before, tokens, architecture.intermediate_size, stride, dinner);
  linear_backward(backward, weights.ffn, tape.attended, tokens, hidden, dinner, stride, dh, dh, hidden);
}

template void feed_forward(const Block<float>&, std::int64_t, const PreparedBlock<float>&, const BlockTape<float>&, float*);
template void feed_forward_backward(const Block<float>&, std::int64_t, const PreparedBlock<float>&, const BlockTape<float>&,
                                    const BackwardPass<float>&, float*, float*);
template void feed_forward(const Block<double>&, std::int64_t, const PreparedBlock<double>&, const BlockTape<double>&, double*);
template void feed_forward_backward(const Block<double>&, std::int64_t, const PreparedBlock<double>&, const BlockTape<double>&,
                                    const BackwardPass<double>&, double*, double*);

}  // namespace albert
