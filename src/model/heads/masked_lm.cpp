#include "model/heads/heads.h"

namespace albert {
namespace {

LossRule loss_rule(Flavor flavor, bool legacy_loss) {
  return flavor == Flavor::pytorch ? LossRule::mean : legacy_loss ? LossRule::filtered : LossRule::masked_mean;
}

}  // namespace

// AlbertForMaskedLM: a distribution over the vocabulary for each token.
template <class T>
void masked_lm(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const std::int64_t vocab = pass.weights.mlm_decoder->out;
  TokenOutput<T> logits(pass, vocab);
  mlm_logits(arguments, logits.rows());
  if (const auto& labels = arguments.inputs.labels)
    output.append("loss",
                  loss_tensor(pass, cross_entropy<T>(pass, "labels", logits.rows(), vocab, read_token_labels(pass, "labels", *labels),
                                                     loss_rule(pass.architecture.flavor, arguments.legacy_loss))));
  output.append("logits", logits.tensor());
}

template <class T>
bool masked_lm_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence) {
  const auto& pass = arguments.pass;
  std::optional<LossRows<T>> labelled;
  if (const auto dloss = backward.cotangents.template loss<T>(); !dloss.empty())
    labelled = cross_entropy_rows<T>(read_token_labels(pass, "labels", *arguments.inputs.labels),
                                     loss_rule(pass.architecture.flavor, arguments.legacy_loss), dloss);
  const auto dlogits = token_cotangents<T>(backward, "logits", pass.weights.mlm_decoder->out, labelled);
  if (dlogits.values == nullptr) return false;
  mlm_logits_backward(arguments, backward, dlogits, dsequence);
  return true;
}

template void masked_lm(const HeadArguments<float>&, ModelOutput&);
template void masked_lm(const HeadArguments<double>&, ModelOutput&);
template bool masked_lm_backward(const HeadArguments<float>&, const BackwardPass<float>&, float*);
template bool masked_lm_backward(const HeadArguments<double>&, const BackwardPass<double>&, double*);

}  // namespace albert
