#include "model/heads/heads.h"
#include "model/pooler.h"

namespace albert {

// AlbertForMultipleChoice: one logit for each of K choices, [B, K].
template <class T>
void multiple_choice(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const std::int64_t rows = pass.batch.rows, choices = pass.batch.choices;
  require(choices > 0 && rows % choices == 0, ErrorCode::value, "multiple choice: {} rows cannot be viewed as [-1, {}]", rows, choices);
  Tensor logits(dtype_of<T>, {rows / choices, choices});
  T* values = logits.mutable_values<T>().data();
  classify(pass, pool(pass, arguments.sequence), rows, values);
  if (const auto& labels = arguments.inputs.labels) {
    const bool pytorch = pass.architecture.flavor == Flavor::pytorch;
    require(!pytorch || labels->rank() == 1, ErrorCode::value, "labels: expected [{}], got {}", rows / choices, to_string(labels->shape()));
    output.append("loss",
                  loss_tensor(pass, cross_entropy<T>(pass, "labels", values, choices, read_labels(pass, "labels", *labels, rows / choices),
                                                     pytorch ? LossRule::mean : LossRule::each)));
  }
  output.append("logits", std::move(logits));
}

template void multiple_choice(const HeadArguments<float>&, ModelOutput&);
template void multiple_choice(const HeadArguments<double>&, ModelOutput&);

}  // namespace albert
