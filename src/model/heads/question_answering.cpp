#include "model/heads/heads.h"

namespace albert {
namespace {

/// Positions as targets. PyTorch clamps them into [0, S] and ignores S.
template <class T>
std::vector<std::int64_t> read_positions(const Pass<T>& pass, std::string_view name, const Tensor& positions) {
  auto values = read_labels(pass, name, positions, pass.batch.rows);
  if (pass.architecture.flavor == Flavor::pytorch)
    for (auto& value : values) value = std::clamp<std::int64_t>(value, 0, pass.batch.sequence);
  return values;
}

LossRule loss_rule(Flavor flavor) { return flavor == Flavor::pytorch ? LossRule::mean : LossRule::each; }

}  // namespace

// AlbertForQuestionAnswering: a start and an end logit for each token.
template <class T>
void question_answering(const HeadArguments<T>& arguments, ModelOutput& output) {
  const auto& pass = arguments.pass;
  const auto& inputs = arguments.inputs;
  const std::int64_t tokens = pass.batch.tokens(), rows = pass.batch.rows, sequence = pass.batch.sequence;
  require(pass.weights.classifier->out == 2, ErrorCode::value, "num_labels: question answering needs 2, got {}",
          pass.weights.classifier->out);
  T* pairs = pass.arena.template take<T>(tokens * 2);
  pass.backend.linear(arguments.sequence, tokens, pass.architecture.hidden_size, *pass.weights.classifier, backend::Activation::none, pairs,
                      2);
  Tensor start(dtype_of<T>, {rows, sequence}), end(dtype_of<T>, {rows, sequence});
  const auto starts = start.mutable_values<T>(), ends = end.mutable_values<T>();
  for (std::int64_t token = 0; token < tokens; ++token) {
    const auto slot = static_cast<std::size_t>(pass.batch.dropped_any() ? pass.batch.padded[static_cast<std::size_t>(token)] : token);
    starts[slot] = pairs[2 * token];
    ends[slot] = pairs[2 * token + 1];
  }
  if (arguments.tape != nullptr) arguments.tape->token_logits = pairs;
  if (inputs.start_positions && inputs.end_positions) {
    const auto rule = loss_rule(pass.architecture.flavor);
    auto loss = cross_entropy<T>(pass, "start_positions", starts.data(), sequence,
                                 read_positions(pass, "start_positions", *inputs.start_positions), rule, sequence);
    const auto end_loss = cross_entropy<T>(pass, "end_positions", ends.data(), sequence,
                                           read_positions(pass, "end_positions", *inputs.end_positions), rule, sequence);
    for (std::size_t i = 0; i < loss.size(); ++i) loss[i] = (loss[i] + end_loss[i]) / 2;
    output.append("loss", loss_tensor(pass, loss));
  }
  output.append("start_logits", std::move(start));
  output.append("end_logits", std::move(end));
}

template <class T>
bool question_answering_backward(const HeadArguments<T>& arguments, const BackwardPass<T>& backward, T* dsequence) {
  const auto& pass = arguments.pass;
  const auto& inputs = arguments.inputs;
  const std::int64_t tokens = pass.batch.tokens(), rows = pass.batch.rows, sequence = pass.batch.sequence;
  const auto dloss = backward.cotangents.template loss<T>();
  std::vector<T> half(dloss.begin(), dloss.end());
  for (T& d : half) d /= 2;
  T* dpairs = backward.arena.template take<T>(tokens * 2);
  std::fill_n(dpairs, tokens * 2, T{0});
  bool reached = false;
  for (const int column : {0, 1}) {
    std::optional<LossRows<T>> labelled;
    T* logits = backward.arena.template take<T>(rows * sequence);  // under a loss no token is dropped
    if (!dloss.empty()) {
      const char* name = column == 0 ? "start_positions" : "end_positions";
      const Tensor& positions = column == 0 ? *inputs.start_positions : *inputs.end_positions;
      labelled = cross_entropy_rows<T>(read_positions(pass, name, positions), loss_rule(pass.architecture.flavor), half, sequence);
      for (std::int64_t token = 0; token < tokens; ++token) logits[token] = backward.tape.head.token_logits[2 * token + column];
    }
    const T* padded = logit_cotangents<T>(backward, column == 0 ? "start_logits" : "end_logits", logits, rows, sequence, labelled);
    if (padded == nullptr) continue;
    reached = true;
    for (std::int64_t token = 0; token < tokens; ++token)
      dpairs[2 * token + column] = padded[pass.batch.dropped_any() ? pass.batch.padded[static_cast<std::size_t>(token)] : token];
  }
  if (!reached) return false;
  linear_backward(backward, pass.weights.classifier, arguments.sequence, tokens, pass.architecture.hidden_size, dpairs, 2, nullptr,
                  dsequence, pass.architecture.hidden_size);
  return true;
}

template void question_answering(const HeadArguments<float>&, ModelOutput&);
template void question_answering(const HeadArguments<double>&, ModelOutput&);
template bool question_answering_backward(const HeadArguments<float>&, const BackwardPass<float>&, float*);
template bool question_answering_backward(const HeadArguments<double>&, const BackwardPass<double>&, double*);

}  // namespace albert
