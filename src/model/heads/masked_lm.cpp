#include "model/heads/heads.h"

namespace albert {

// AlbertForMaskedLM: a distribution over the vocabulary for each token.
template <class T>
void masked_lm(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const std::int64_t vocab = pass.weights.mlm_decoder->out;
  TokenOutput<T> logits(pass, vocab);
  mlm_logits(pass, arguments.sequence, logits.rows());
  if (const auto& labels = arguments.inputs.labels) {
    const auto rule = pass.architecture.flavor == Flavor::pytorch ? LossRule::mean
                      : arguments.legacy_loss                     ? LossRule::filtered
                                                                  : LossRule::masked_mean;
    output.append("loss", loss_tensor(pass, cross_entropy<T>(pass, "labels", logits.rows(), vocab,
                                                             read_token_labels(pass, "labels", *labels), rule)));
  }
  output.append("logits", logits.tensor());
}

template void masked_lm(const HeadArguments<float>&, ModelOutput&);
template void masked_lm(const HeadArguments<double>&, ModelOutput&);

}  // namespace albert
