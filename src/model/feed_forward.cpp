#include "model/feed_forward.h"

namespace albert {

template <class T>
void feed_forward(const Block<T>& block, std::int64_t layer, const PreparedBlock<T>& weights, T* h) {
  const auto& pass = block.pass;
  const auto& architecture = pass.architecture;
  const std::int64_t stride = backend::scratch_stride<T>(architecture.intermediate_size);
  T* inner = block.scratch;  // [m, stride], of which I columns count
  block.backend.linear(h, block.tokens, architecture.hidden_size, *weights.ffn, architecture.activation, inner, stride);
  if (architecture.gated) backend::gate_rows(inner, block.tokens, architecture.intermediate_size, stride);
  // The reference's PyTorch form builds this dropout and never applies it.
  const double rate = architecture.flavor == Flavor::pytorch ? 0 : architecture.hidden_dropout;
  block.backend.linear_add_layer_norm(inner, block.tokens, stride, *weights.ffn_output, h, pass.layer_norm(weights.output_norm),
                                      pass.dropout(Pass<T>::Place::feed_forward_output, rate, layer, block.first_token), h);
}

template void feed_forward(const Block<float>&, std::int64_t, const PreparedBlock<float>&, float*);
template void feed_forward(const Block<double>&, std::int64_t, const PreparedBlock<double>&, double*);

}  // namespace albert
