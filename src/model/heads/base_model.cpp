#include "model/heads/heads.h"
#include "model/pooler.h"

namespace albert {

// AlbertModel: the encoder's result and, with a pooler, the pooled first token.
template <class T>
void base_model(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const std::int64_t hidden = pass.architecture.hidden_size;
  Tensor last(dtype_of<T>, {pass.batch.rows, pass.batch.sequence, hidden});
  store_tokens(pass, pass.backend, arguments.sequence, 0, pass.batch.tokens(), hidden, last.mutable_values<T>().data());
  output.append("last_hidden_state", std::move(last));
  if (!pass.architecture.pooler) return;
  Tensor pooled(dtype_of<T>, {pass.batch.rows, hidden});
  std::copy_n(pool(pass, arguments.sequence, arguments.tape), pooled.size(), pooled.mutable_values<T>().data());
  output.append("pooler_output", std::move(pooled));
}

template <class T>
bool base_model_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence) {
  const auto& pass = arguments.pass;
  const std::int64_t hidden = pass.architecture.hidden_size;
  const T* last = backward.cotangents.template values<T>("last_hidden_state");
  const T* pooled = backward.cotangents.template values<T>("pooler_output");
  if (last != nullptr) load_tokens(pass, last, hidden, dsequence);
  if (pooled != nullptr) {
    T* dpooled = backward.arena.template take<T>(pass.batch.rows * hidden);
    std::copy_n(pooled, pass.batch.rows * hidden, dpooled);
    pool_backward(backward, dpooled, dsequence);
  }
  return last != nullptr || pooled != nullptr;
}

template void base_model(const HeadArguments<float>&, ModelOutput&);
template void base_model(const HeadArguments<double>&, ModelOutput&);
template bool base_model_backward(const HeadArguments<float>&, const BackwardPass<float>&, float*);
template bool base_model_backward(const HeadArguments<double>&, const BackwardPass<double>&, double*);

}  // namespace albert
