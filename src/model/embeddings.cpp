#include "model/embeddings.h"

namespace albert {
namespace {

template <class T>
backend::EmbedArguments<T> embed_arguments(const Block<T>& block) {
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
  return arguments;
}

}  // namespace

template <class T>
void embed(const Block<T>& block, T* embedded, T* h) {
  const auto arguments = embed_arguments(block);
  block.backend.embed(arguments, embedded);
  block.backend.linear(embedded, block.tokens, arguments.width, *block.pass.weights.mapping, backend::Activation::none, h,
                       block.pass.architecture.hidden_size);
}

template <class T>
void embed_backward(const Block<T>& block, const BackwardPass<T>& backward, const T* dh, T* scratch) {
  const auto& pass = block.pass;
  const auto& weights = pass.weights;
  const auto arguments = embed_arguments(block);
  const std::int64_t hidden = pass.architecture.hidden_size;
  T* dembedded = scratch;
  linear_backward(backward, weights.mapping, backward.tape.embedded, block.tokens, arguments.width, dh, hidden, nullptr, dembedded,
                  arguments.width);

  backend::EmbedGradients<T> gradients;
  if (arguments.embeds != nullptr)
    gradients.embeds = scratch + block.tokens * arguments.width;
  else
    gradients.word_table = backward.sink.at(weights.word_row);
  gradients.pad_id = static_cast<std::int32_t>(pass.architecture.pad_row.value_or(-1));
  gradients.type_table = backward.sink.at(weights.type_row);
  if (arguments.position_table != nullptr) gradients.position_table = backward.sink.at(weights.position_row);
  gradients.layer_norm = backward.sink.of(weights.embedding_norm);
  block.backend.embed_backward(arguments, dembedded, gradients);
  if (gradients.embeds != nullptr)
    store_tokens(pass, block.backend, gradients.embeds, block.first_token, block.tokens, arguments.width,
                 backward.sink.inputs_embeds(backward.inputs.inputs_embeds->shape()));
}

template void embed(const Block<float>&, float*, float*);
template void embed(const Block<double>&, double*, double*);
template void embed_backward(const Block<float>&, const BackwardPass<float>&, const float*, float*);
template void embed_backward(const Block<double>&, const BackwardPass<double>&, const double*, double*);

}  // namespace albert
