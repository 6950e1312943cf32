#include "train/evaluation/run.h"

#include <cmath>
#include <limits>

namespace albert::evaluation {

LossMean::LossMean(std::int64_t batch_size) : batch_size_(batch_size) {
  require(batch_size > 0, ErrorCode::value, "batch_size must be positive: got {}", batch_size);
}

void LossMean::add(double sum, std::int64_t count) {
  sum_ += sum;
  count_ += count;
  if (++in_batch_ == batch_size_) close();
}

void LossMean::close() {
  if (count_ > 0) {
    total_ += sum_ / static_cast<double>(count_) * static_cast<double>(in_batch_);
    examples_ += in_batch_;
  }
  sum_ = 0;
  count_ = in_batch_ = 0;
}

double LossMean::value() {
  close();
  return examples_ == 0 ? std::numeric_limits<double>::quiet_NaN() : total_ / static_cast<double>(examples_);
}

double cross_entropy(std::span<const float> logits, std::int64_t label) {
  const float largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return std::log(sum) + largest - logits[static_cast<std::size_t>(label)];
}

double binary_cross_entropy(float logit, bool truth) {
  const double x = logit;
  return std::max(x, 0.0) - (truth ? x : 0) + std::log1p(std::exp(-std::abs(x)));
}

std::int64_t most_tokens(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, std::int64_t wanted) {
  std::int64_t most = tokenizer.model_max_length();
  if (model.config().position_embedding_type() == "absolute") most = std::min(most, model.config().max_position_embeddings());
  require(wanted <= most, ErrorCode::value, "max_length: tokenizer and model take {} tokens at most, got {}", most, wanted);
  return wanted > 0 ? wanted : most;
}

std::int64_t tokens_with_vocabulary(const AlbertPreTrainedModel& model, std::int64_t batch_tokens) {
  constexpr std::int64_t kLargestLogits = std::int64_t{1} << 24;
  return std::min(batch_tokens, kLargestLogits / std::max<std::int64_t>(1, model.config().vocab_size()));
}

std::vector<std::string> labels_of(const AlbertConfig& config) {
  std::vector<std::string> labels;
  labels.reserve(static_cast<std::size_t>(config.num_labels()));
  for (std::int64_t i = 0; i < config.num_labels(); ++i) labels.push_back(config.label(i));
  return labels;
}

Json to_json(const PrecisionRecall& scores) {
  return Json::Object{{"precision", scores.precision}, {"recall", scores.recall}, {"f1", scores.f1}, {"support", scores.support}};
}

}  // namespace albert::evaluation
