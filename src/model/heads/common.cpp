#include <numeric>

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
void mlm_logits(const HeadArguments<T>& arguments, T* logits) {
  const auto& pass = arguments.pass;
  const auto& weights = pass.weights;
  const auto& architecture = pass.architecture;
  const std::int64_t tokens = pass.batch.tokens(), width = architecture.embedding_size;
  T* x = pass.arena.template take<T>(tokens * width);
  T* normalized = pass.arena.template take<T>(tokens * width);
  T* before = arguments.tape == nullptr ? nullptr : pass.arena.template take<T>(tokens * width);
  pass.backend.linear(arguments.sequence, tokens, architecture.hidden_size, *weights.mlm_dense, architecture.activation, x, width, before);
  pass.backend.layer_norm(x, tokens, width, pass.layer_norm(weights.mlm_norm), normalized);
  pass.backend.linear(normalized, tokens, width, *weights.mlm_decoder, backend::Activation::none, logits, weights.mlm_decoder->out);
  if (arguments.tape != nullptr) {
    arguments.tape->mlm_before = before;
    arguments.tape->mlm_inner = x;
    arguments.tape->mlm_normalized = normalized;
    arguments.tape->token_logits = logits;
  }
}

template <class T>
void mlm_logits_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, const TokenCotangents<T>& dlogits,
                         T* dsequence) {
  const auto& pass = arguments.pass;
  const auto& weights = pass.weights;
  const auto& tape = backward.tape.head;
  const std::int64_t hidden = pass.architecture.hidden_size, width = pass.architecture.embedding_size, vocab = weights.mlm_decoder->out;
  const auto rows = static_cast<std::int64_t>(dlogits.rows.size());
  const auto of_rows = [&](const T* x, std::int64_t x_width) {
    if (dlogits.all) return x;
    T* part = backward.arena.template take<T>(rows * x_width);
    pass.backend.gather_rows(x, x_width, dlogits.rows, part);
    return static_cast<const T*>(part);
  };
  T* dx = backward.arena.template take<T>(rows * width);
  linear_backward(backward, weights.mlm_decoder, of_rows(tape.mlm_normalized, width), rows, width, dlogits.values, vocab, nullptr, dx,
                  width);
  pass.backend.layer_norm_backward(of_rows(tape.mlm_inner, width), rows, width, pass.layer_norm(weights.mlm_norm), dx, dx,
                                   backward.sink.of(weights.mlm_norm));
  pass.backend.activation_backward(pass.architecture.activation, of_rows(tape.mlm_before, width), rows, width, width, dx);
  const T* x = of_rows(arguments.sequence, hidden);
  if (dlogits.all) {
    linear_backward(backward, weights.mlm_dense, x, rows, hidden, dx, width, dsequence, dsequence, hidden);
  } else {
    T* part = backward.arena.template take<T>(rows * hidden);
    linear_backward(backward, weights.mlm_dense, x, rows, hidden, dx, width, nullptr, part, hidden);
    pass.backend.add_rows(part, hidden, dlogits.rows, dsequence);
  }
}

template <class T>
void classify(const HeadArguments<T>& arguments, T* x, std::int64_t rows, T* logits) {
  const auto& pass = arguments.pass;
  const std::int64_t hidden = pass.architecture.hidden_size;
  const auto dropout = pass.classifier_dropout();
  if (dropout.active()) pass.backend.dropout(x, rows, hidden, dropout);
  pass.backend.linear(x, rows, hidden, *pass.weights.classifier, backend::Activation::none, logits, pass.weights.classifier->out);
  if (arguments.tape != nullptr) arguments.tape->classified = x;
}

template <class T>
void classify_backward(const BackwardPass<T>& backward, std::int64_t rows, const T* dlogits, T* dx) {
  const auto& pass = backward.pass;
  const std::int64_t hidden = pass.architecture.hidden_size;
  linear_backward(backward, pass.weights.classifier, backward.tape.head.classified, rows, hidden, dlogits, pass.weights.classifier->out,
                  nullptr, dx, hidden);
  if (const auto dropout = pass.classifier_dropout(); dropout.active()) pass.backend.dropout(dx, rows, hidden, dropout);
}

template <class T>
TokenCotangents<T> token_cotangents(const BackwardPass<T>& backward, std::string_view field, std::int64_t width,
                                    const std::optional<LossRows<T>>& labelled) {
  const auto& pass = backward.pass;
  const T* logits = backward.tape.head.token_logits;
  const std::int64_t tokens = pass.batch.tokens();
  TokenCotangents<T> result;
  if (const T* given = backward.cotangents.template values<T>(field)) {
    result.values = logit_cotangents<T>(backward, {}, logits, tokens, width, labelled);
    T* own = backward.arena.template take<T>(tokens * width);
    load_tokens(pass, given, width, own);
    if (result.values != nullptr) pass.backend.add(result.values, tokens * width, own);
    result.values = own;
    result.rows.resize(static_cast<std::size_t>(tokens));
    std::iota(result.rows.begin(), result.rows.end(), 0);
    result.all = true;
  } else if (labelled) {
    // Most tokens of a masked-LM batch have no label: their logits have no gradient.
    result.rows = labelled->rows;
    result.values = backward.arena.template take<T>(static_cast<std::int64_t>(result.rows.size()) * width);
    pass.backend.gather_rows(logits, width, result.rows, result.values);
    pass.backend.cross_entropy_backward(result.values, static_cast<std::int64_t>(result.rows.size()), width, labelled->targets,
                                        std::numeric_limits<std::int64_t>::min(), labelled->dlosses.data(), result.values);
  }
  return result;
}

template <class T>
T* logit_cotangents(const BackwardPass<T>& backward, std::string_view field, const T* logits, std::int64_t rows, std::int64_t classes,
                    const std::optional<LossRows<T>>& labelled) {
  const auto& backend = backward.pass.backend;
  const T* given = field.empty() ? nullptr : backward.cotangents.template values<T>(field);
  if (given == nullptr && !labelled) return nullptr;
  T* dlogits = backward.arena.template take<T>(rows * classes);
  std::fill_n(dlogits, rows * classes, T{0});
  if (labelled) {
    const auto count = static_cast<std::int64_t>(labelled->rows.size());
    T* part = backward.arena.template take<T>(count * classes);
    backend.gather_rows(logits, classes, labelled->rows, part);
    backend.cross_entropy_backward(part, count, classes, labelled->targets, std::numeric_limits<std::int64_t>::min(),
                                   labelled->dlosses.data(), part);
    backend.scatter_rows(part, classes, labelled->rows, dlogits);
  }
  if (given != nullptr) backend.add(given, rows * classes, dlogits);
  return dlogits;
}

template class TokenOutput<float>;
template void mlm_logits(const HeadArguments<float>&, float*);
template void mlm_logits_backward(const HeadArguments<float>&, const BackwardPass<float>&, const TokenCotangents<float>&, float*);
template void classify(const HeadArguments<float>&, float*, std::int64_t, float*);
template void classify_backward(const BackwardPass<float>&, std::int64_t, const float*, float*);
template TokenCotangents<float> token_cotangents(const BackwardPass<float>&, std::string_view, std::int64_t,
                                                 const std::optional<LossRows<float>>&);
template float* logit_cotangents(const BackwardPass<float>&, std::string_view, const float*, std::int64_t, std::int64_t,
                                 const std::optional<LossRows<float>>&);
template class TokenOutput<double>;
template void mlm_logits(const HeadArguments<double>&, double*);
template void mlm_logits_backward(const HeadArguments<double>&, const BackwardPass<double>&, const TokenCotangents<double>&, double*);
template void classify(const HeadArguments<double>&, double*, std::int64_t, double*);
template void classify_backward(const BackwardPass<double>&, std::int64_t, const double*, double*);
template TokenCotangents<double> token_cotangents(const BackwardPass<double>&, std::string_view, std::int64_t,
                                                  const std::optional<LossRows<double>>&);
template double* logit_cotangents(const BackwardPass<double>&, std::string_view, const double*, std::int64_t, std::int64_t,
                                  const std::optional<LossRows<double>>&);

}  // namespace albert
