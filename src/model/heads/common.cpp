#include "model/heads/heads.h"

namespace albert {

template <class T>
TokenOutput<T>::TokenOutput(const Pass<T>& pass, std::int64_t width)
    : pass_(pass), width_(width), padded_(dtype_of<T>, {pass.batch.rows, pass.batch.sequence, width}) {
  rows_ = pass.batch.dropped_any() ? pass.arena.template take<T>(pass.batch.tokens() * width) : padded_.template mutable_values<T>().data();
}

template <class T>
Tensor TokenOutput<T>::tensor() {
  if (pass_.batch.dropped_any())
    store_tokens(pass_, pass_.backend, rows_, 0, pass_.batch.tokens(), width_, padded_.template mutable_values<T>().data());
  return padded_;
}

template <class T>
void mlm_logits(const Pass<T>& pass, const T* sequence, T* logits) {
  const auto& weights = pass.weights;
  const auto& architecture = pass.architecture;
  const std::int64_t tokens = pass.batch.tokens(), width = architecture.embedding_size;
  T* x = pass.arena.template take<T>(tokens * width);
  T* normalized = pass.arena.template take<T>(tokens * width);
  pass.backend.linear(sequence, tokens, architecture.hidden_size, *weights.mlm_dense, architecture.activation, x, width);
  pass.backend.layer_norm(x, tokens, width, pass.layer_norm(weights.mlm_norm), normalized);
  pass.backend.linear(normalized, tokens, width, *weights.mlm_decoder, backend::Activation::none, logits, weights.mlm_decoder->out);
}

template <class T>
void classify(const Pass<T>& pass, T* x, std::int64_t rows, T* logits) {
  const std::int64_t hidden = pass.architecture.hidden_size;
  const auto dropout = pass.classifier_dropout();
  if (dropout.active()) pass.backend.dropout(x, rows, hidden, dropout);
  pass.backend.linear(x, rows, hidden, *pass.weights.classifier, backend::Activation::none, logits, pass.weights.classifier->out);
}

template class TokenOutput<float>;
template class TokenOutput<double>;
template void mlm_logits(const Pass<float>&, const float*, float*);
template void mlm_logits(const Pass<double>&, const double*, double*);
template void classify(const Pass<float>&, float*, std::int64_t, float*);
template void classify(const Pass<double>&, double*, std::int64_t, double*);

}  // namespace albert
