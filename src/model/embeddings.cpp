#include "model/embeddings.h"

namespace albert {

template <class T>
void embed(const Block<T>& block, T* h) {
  const auto& architecture = block.pass.architecture;
  const auto& weights = block.pass.weights;
  const auto& batch = block.pass.batch;
  const std::int64_t first = block.first_token;

  backend::EmbedArguments<T> arguments;
  arguments.rows = block.tokens;
  arguments.width = architecture.embedding_size;
  if (block.pass.embeds != nullptr)
    arguments.embeds = block.pass.embeds + first * arguments.width;
  else
    arguments.ids = batch.ids.data() + first;
  arguments.types = batch.types.data() + first;
  arguments.word_table = weights.word_table;
  arguments.type_table = weights.type_table;
  if (architecture.position_type == PositionType::absolute) {
    arguments.positions = batch.positions.data() + first;
    arguments.position_table = weights.position_table;
  }
  arguments.position_before_type = architecture.flavor == Flavor::tensorflow;
  arguments.layer_norm = block.pass.layer_norm(weights.embedding_norm);
  arguments.dropout = block.pass.dropout(Pass<T>::Place::embeddings, architecture.hidden_dropout, 0, first);

  block.backend.embed(arguments, block.scratch);
  block.backend.linear(block.scratch, block.tokens, arguments.width, *weights.mapping, backend::Activation::none, h,
                       architecture.hidden_size);
}

template void embed(const Block<float>&, float*);
template void embed(const Block<double>&, double*);

}  // namespace albert
