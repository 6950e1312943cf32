#include "model/heads/heads.h"
#include "model/pooler.h"

namespace albert {
namespace {

LossRule loss_rule(Flavor flavor) { return flavor == Flavor::pytorch ? LossRule::mean : LossRule::each; }

}  // namespace

// AlbertForMultipleChoice: one logit for each of K choices, [B, K].
template <class T>
void multiple_choice(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const std::int64_t rows = pass.batch.rows, choices = pass.batch.choices;
  require(choices > 0 && rows % choices == 0, ErrorCode::value, "multiple choice: {} rows cannot be viewed as [-1, {}]", rows, choices);
  Tensor logits(dtype_of<T>, {rows / choices, choices});
  T* values = logits.mutable_values<T>().data();
  classify(arguments, pool(pass, arguments.sequence, arguments.tape), rows, values);
  if (arguments.tape != nullptr) arguments.tape->sequence_logits = values;
  if (const auto& labels = arguments.inputs.labels) {
    const bool pytorch = pass.architecture.flavor == Flavor::pytorch;
    require(!pytorch || labels->rank() == 1, ErrorCode::value, "labels: expected [{}], got {}", rows / choices, to_string(labels->shape()));
    output.append("loss",
                  loss_tensor(pass, cross_entropy<T>(pass, "labels", values, choices, read_labels(pass, "labels", *labels, rows / choices),
                                                     loss_rule(pass.architecture.flavor))));
  }
  output.append("logits", std::move(logits));
}

template <class T>
bool multiple_choice_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence) {
  const auto& pass = arguments.pass;
  const std::int64_t rows = pass.batch.rows, choices = pass.batch.choices;
  std::optional<LossRows<T>> labelled;
  if (const auto dloss = backward.cotangents.template loss<T>(); !dloss.empty())
    labelled = cross_entropy_rows<T>(read_labels(pass, "labels", *arguments.inputs.labels, rows / choices),
                                     loss_rule(pass.architecture.flavor), dloss);
  const T* dlogits = logit_cotangents<T>(backward, "logits", backward.tape.head.sequence_logits, rows / choices, choices, labelled);
  if (dlogits == nullptr) return false;
  T* dpooled = backward.arena.template take<T>(rows * pass.architecture.hidden_size);
  classify_backward(backward, rows, dlogits, dpooled);
  pool_backward(backward, dpooled, dsequence);
  return true;
}

template void multiple_choice(const HeadArguments<float>&, ModelOutput&);
template void multiple_choice(const HeadArguments<double>&, ModelOutput&);
template bool multiple_choice_backward(const HeadArguments<float>&, const BackwardPass<float>&, float*);
template bool multiple_choice_backward(const HeadArguments<double>&, const BackwardPass<double>&, double*);

}  // namespace albert
