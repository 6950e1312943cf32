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
  std::copy_n(pool(pass, arguments.sequence), pooled.size(), pooled.mutable_values<T>().data());
  output.append("pooler_output", std::move(pooled));
}

template void base_model(const HeadArguments<float>&, ModelOutput&);
template void base_model(const HeadArguments<double>&, ModelOutput&);

}  // namespace albert
