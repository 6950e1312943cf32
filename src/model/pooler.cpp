#include "model/pooler.h"

namespace albert {

template <class T>
T* pool(const Pass<T>& pass, const T* sequence) {
  const std::int64_t hidden = pass.architecture.hidden_size;
  const std::int64_t rows = pass.batch.rows;
  T* first = pass.arena.template take<T>(rows * hidden);
  T* pooled = pass.arena.template take<T>(rows * hidden);
  pass.backend.gather_rows(sequence, hidden, std::span(pass.batch.offsets).first(static_cast<std::size_t>(rows)), first);
  pass.backend.linear(first, rows, hidden, *pass.weights.pooler, backend::Activation::tanh, pooled, hidden);
  return pooled;
}

template float* pool(const Pass<float>&, const float*);
template double* pool(const Pass<double>&, const double*);

}  // namespace albert
