#include "model/heads/heads.h"
#include "model/pooler.h"

namespace albert {
namespace {

/// TensorFlow's older sum: the n masked-LM losses as rows of k, their mean over the rows, plus the k sentence-order losses.
template <class T>
std::vector<T> legacy_sum(const std::vector<T>& mlm, std::vector<T> sop) {
  require(!sop.empty() && mlm.size() % sop.size() == 0, ErrorCode::value,
          "labels: {} masked-LM losses cannot be split among {} sentence-order losses", mlm.size(), sop.size());
  const std::size_t rows = mlm.size() / sop.size();
  for (std::size_t column = 0; column < sop.size(); ++column) {
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) sum += static_cast<double>(mlm[row * sop.size() + column]);
    sop[column] += static_cast<T>(sum / static_cast<double>(rows));
  }
  return sop;
}

}  // namespace

// AlbertForPreTraining: masked LM and sentence order; the loss is their sum, only when both are labelled.
template <class T>
void pre_training(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const auto& inputs = arguments.inputs;
  const std::int64_t vocab = pass.weights.mlm_decoder->out;
  const std::int64_t rows = pass.batch.rows, classes = pass.weights.classifier->out;

  TokenOutput<T> prediction(pass, vocab);
  mlm_logits(pass, arguments.sequence, prediction.rows());
  Tensor sop(dtype_of<T>, {rows, classes});
  T* sop_logits = sop.mutable_values<T>().data();
  classify(pass, pool(pass, arguments.sequence), rows, sop_logits);

  if (inputs.labels && inputs.sentence_order_label) {
    const bool pytorch = pass.architecture.flavor == Flavor::pytorch;
    const auto rule = pytorch ? LossRule::mean : arguments.legacy_loss ? LossRule::filtered : LossRule::masked_mean;
    // The sentence-order logits are viewed as pairs whatever num_labels is.
    require(rows * classes % 2 == 0, ErrorCode::value, "sentence_order_label: {} logits cannot be viewed as pairs", rows * classes);
    auto sop_labels = read_labels(pass, "sentence_order_label", *inputs.sentence_order_label, rows * classes / 2);
    auto mlm_loss = cross_entropy<T>(pass, "labels", prediction.rows(), vocab, read_token_labels(pass, "labels", *inputs.labels), rule);
    auto sop_loss = cross_entropy<T>(pass, "sentence_order_label", sop_logits, 2, std::move(sop_labels), rule);
    output.append("loss", loss_tensor(pass, rule == LossRule::filtered ? legacy_sum(mlm_loss, std::move(sop_loss))
                                                                       : std::vector<T>{mlm_loss[0] + sop_loss[0]}));
  }
  output.append("prediction_logits", prediction.tensor());
  output.append("sop_logits", std::move(sop));
}

template void pre_training(const HeadArguments<float>&, ModelOutput&);
template void pre_training(const HeadArguments<double>&, ModelOutput&);

}  // namespace albert
