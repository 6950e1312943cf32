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

LossRule loss_rule(Flavor flavor, bool legacy_loss) {
  return flavor == Flavor::pytorch ? LossRule::mean : legacy_loss ? LossRule::filtered : LossRule::masked_mean;
}

/// The gradients of the two lists of losses that legacy_sum adds up: dloss for the sentence order, and this for masked LM.
template <class T>
std::vector<T> legacy_sum_backward(std::span<const T> dloss, std::size_t mlm) {
  const std::size_t rows = mlm / dloss.size();
  std::vector<T> shares(mlm);
  for (std::size_t i = 0; i < mlm; ++i) shares[i] = dloss[i % dloss.size()] / static_cast<T>(rows);
  return shares;
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
  mlm_logits(arguments, prediction.rows());
  Tensor sop(dtype_of<T>, {rows, classes});
  T* sop_logits = sop.mutable_values<T>().data();
  classify(arguments, pool(pass, arguments.sequence, arguments.tape), rows, sop_logits);
  if (arguments.tape != nullptr) arguments.tape->sequence_logits = sop_logits;

  if (inputs.labels && inputs.sentence_order_label) {
    const auto rule = loss_rule(pass.architecture.flavor, arguments.legacy_loss);
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

template <class T>
bool pre_training_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence) {
  const auto& pass = arguments.pass;
  const auto& inputs = arguments.inputs;
  const std::int64_t rows = pass.batch.rows, classes = pass.weights.classifier->out, hidden = pass.architecture.hidden_size;
  std::optional<LossRows<T>> masked, order;
  if (const auto dloss = backward.cotangents.template loss<T>(); !dloss.empty()) {
    const auto rule = loss_rule(pass.architecture.flavor, arguments.legacy_loss);
    order = cross_entropy_rows<T>(read_labels(pass, "sentence_order_label", *inputs.sentence_order_label, rows * classes / 2), rule, dloss);
    masked = cross_entropy_rows<T>(read_token_labels(pass, "labels", *inputs.labels), rule, dloss);
    if (rule == LossRule::filtered) masked->dlosses = legacy_sum_backward(dloss, masked->rows.size());
  }
  const auto dprediction = token_cotangents<T>(backward, "prediction_logits", pass.weights.mlm_decoder->out, masked);
  if (dprediction.values != nullptr) mlm_logits_backward(arguments, backward, dprediction, dsequence);
  // Whether viewed as pairs or not, the logits lie in one piece.
  const T* dsop = order ? logit_cotangents<T>(backward, {}, backward.tape.head.sequence_logits, rows * classes / 2, 2, order) : nullptr;
  if (const T* given = backward.cotangents.template values<T>("sop_logits")) {
    T* sum = backward.arena.template take<T>(rows * classes);
    std::copy_n(given, rows * classes, sum);
    if (dsop != nullptr) pass.backend.add(dsop, rows * classes, sum);
    dsop = sum;
  }
  if (dsop != nullptr) {
    T* dpooled = backward.arena.template take<T>(rows * hidden);
    classify_backward(backward, rows, dsop, dpooled);
    pool_backward(backward, dpooled, dsequence);
  }
  return dprediction.values != nullptr || dsop != nullptr;
}

template void pre_training(const HeadArguments<float>&, ModelOutput&);
template void pre_training(const HeadArguments<double>&, ModelOutput&);
template bool pre_training_backward(const HeadArguments<float>&, const BackwardPass<float>&, float*);
template bool pre_training_backward(const HeadArguments<double>&, const BackwardPass<double>&, double*);

}  // namespace albert
