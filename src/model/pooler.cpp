#include "model/pooler.h"

namespace albert {
namespace {

/// The rows of the first tokens.
template <class T>
std::span<const std::int32_t> first_tokens(const Pass<T>& pass) {
  return std::span(pass.batch.offsets).first(static_cast<std::size_t>(pass.batch.rows));
}

}  // namespace

template <class T>
T* pool(const Pass<T>& pass, const T* sequence, HeadTape<T>* tape) {
  const std::int64_t hidden = pass.architecture.hidden_size;
  const std::int64_t rows = pass.batch.rows;
  T* first = pass.arena.template take<T>(rows * hidden);
  T* pooled = pass.arena.template take<T>(rows * hidden);
  T* before = tape == nullptr ? nullptr : pass.arena.template take<T>(rows * hidden);
  pass.backend.gather_rows(sequence, hidden, first_tokens(pass), first);
  pass.backend.linear(first, rows, hidden, *pass.weights.pooler, backend::Activation::tanh, pooled, hidden, before);
  if (tape != nullptr) {
    tape->first = first;
    tape->pooled_before = before;
  }
  return pooled;
}

template <class T>
void pool_backward(const BackwardPass<T>& backward, T* dpooled, T* dsequence) {
  const auto& pass = backward.pass;
  const auto& tape = backward.tape.head;
  const std::int64_t hidden = pass.architecture.hidden_size, rows = pass.batch.rows;
  T* dfirst = backward.arena.template take<T>(rows * hidden);
  pass.backend.activation_backward(backend::Activation::tanh, tape.pooled_before, rows, hidden, hidden, dpooled);
  linear_backward(backward, pass.weights.pooler, tape.first, rows, hidden, dpooled, hidden, nullptr, dfirst, hidden);
  pass.backend.add_rows(dfirst, hidden, first_tokens(pass), dsequence);
}

template float* pool(const Pass<float>&, const float*, HeadTape<float>*);
template void pool_backward(const BackwardPass<float>&, float*, float*);
template double* pool(const Pass<double>&, const double*, HeadTape<double>*);
template void pool_backward(const BackwardPass<double>&, double*, double*);

}  // namespace albert
