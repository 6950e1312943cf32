#include "model/heads/heads.h"

namespace albert {

// AlbertForTokenClassification: a class for each token.
template <class T>
void token_classification(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const std::int64_t classes = pass.weights.classifier->out, tokens = pass.batch.tokens();
  T* x = pass.arena.template take<T>(tokens * pass.architecture.hidden_size);
  std::copy_n(arguments.sequence, tokens * pass.architecture.hidden_size, x);
  TokenOutput<T> logits(pass, classes);
  classify(pass, x, tokens, logits.rows());
  if (const auto& labels = arguments.inputs.labels) {
    const auto rule = pass.architecture.flavor == Flavor::pytorch ? LossRule::mean
                      : arguments.legacy_loss                     ? LossRule::filtered_minus_one
                                                                  : LossRule::negative_mean;
    output.append("loss", loss_tensor(pass, cross_entropy<T>(pass, "labels", logits.rows(), classes,
                                                             read_token_labels(pass, "labels", *labels), rule)));
  }
  output.append("logits", logits.tensor());
}

template void token_classification(const HeadArguments<float>&, ModelOutput&);
template void token_classification(const HeadArguments<double>&, ModelOutput&);

}  // namespace albert
