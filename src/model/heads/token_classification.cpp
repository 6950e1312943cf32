#include "model/heads/heads.h"

namespace albert {
namespace {

LossRule loss_rule(Flavor flavor, bool legacy_loss) {
  return flavor == Flavor::pytorch ? LossRule::mean : legacy_loss ? LossRule::filtered_minus_one : LossRule::negative_mean;
}

}  // namespace

// AlbertForTokenClassification: a class for each token.
template <class T>
void token_classification(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const std::int64_t classes = pass.weights.classifier->out, tokens = pass.batch.tokens();
  T* x = pass.arena.template take<T>(tokens * pass.architecture.hidden_size);
  std::copy_n(arguments.sequence, tokens * pass.architecture.hidden_size, x);
  TokenOutput<T> logits(pass, classes);
  classify(arguments, x, tokens, logits.rows());
  if (arguments.tape != nullptr) arguments.tape->token_logits = logits.rows();
  if (const auto& labels = arguments.inputs.labels)
    output.append("loss",
                  loss_tensor(pass, cross_entropy<T>(pass, "labels", logits.rows(), classes, read_token_labels(pass, "labels", *labels),
                                                     loss_rule(pass.architecture.flavor, arguments.legacy_loss))));
  output.append("logits", logits.tensor());
}

template <class T>
bool token_classification_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence) {
  const auto& pass = arguments.pass;
  const std::int64_t classes = pass.weights.classifier->out, tokens = pass.batch.tokens();
  std::optional<LossRows<T>> labelled;
  if (const auto dloss = backward.cotangents.template loss<T>(); !dloss.empty())
    labelled = cross_entropy_rows<T>(read_token_labels(pass, "labels", *arguments.inputs.labels),
                                     loss_rule(pass.architecture.flavor, arguments.legacy_loss), dloss);
  const auto given = token_cotangents<T>(backward, "logits", classes, labelled);
  if (given.values == nullptr) return false;
  T* dlogits = given.values;
  if (!given.all) {  // few classes: the other rows as zeros
    dlogits = backward.arena.template take<T>(tokens * classes);
    std::fill_n(dlogits, tokens * classes, T{0});
    pass.backend.scatter_rows(given.values, classes, given.rows, dlogits);
  }
  classify_backward(backward, tokens, dlogits, dsequence);
  return true;
}

template void token_classification(const HeadArguments<float>&, ModelOutput&);
template void token_classification(const HeadArguments<double>&, ModelOutput&);
template bool token_classification_backward(const HeadArguments<float>&, const BackwardPass<float>&, float*);
template bool token_classification_backward(const HeadArguments<double>&, const BackwardPass<double>&, double*);

}  // namespace albert
