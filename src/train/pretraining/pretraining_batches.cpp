#include <algorithm>
#include <cmath>
#include <utility>

#include "albert/pretraining.h"
#include "base/check.h"

namespace albert {
namespace {

class PretrainingBatches final : public TrainingData {
 public:
  PretrainingBatches(std::shared_ptr<PretrainingData> data, std::int32_t pad_token_id)
      : data_(std::move(data)), pad_token_id_(pad_token_id) {}

  [[nodiscard]] std::int64_t size(std::int64_t epoch) override { return data_->size(epoch); }
  [[nodiscard]] std::int64_t length(std::int64_t epoch, std::int64_t index) override { return data_->length(epoch, index); }
  [[nodiscard]] bool shuffled() const override { return true; }
  [[nodiscard]] ModelInputs batch(std::int64_t epoch, std::span<const std::int64_t> indices) override {
    std::vector<PretrainingExample> examples;
    examples.reserve(indices.size());
    for (const std::int64_t index : indices) examples.push_back(data_->example(epoch, index));
    return collate(examples, pad_token_id_);
  }

 private:
  std::shared_ptr<PretrainingData> data_;
  std::int32_t pad_token_id_;
};

/// Sums over rows of logits whose target is not -100.
struct Score {
  double loss = 0;
  std::int64_t correct = 0, count = 0;

  void add(std::span<const float> logits, std::int64_t target) {
    if (target == -100) return;
    const auto largest = std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float one : logits) sum += std::exp(static_cast<double>(one) - static_cast<double>(*largest));
    loss += std::log(sum) + static_cast<double>(*largest) - static_cast<double>(logits[static_cast<std::size_t>(target)]);
    correct += largest - logits.begin() == target ? 1 : 0;
    ++count;
  }
  void add(const Tensor& logits, const Tensor& targets) {
    const auto values = logits.values<float>();
    const auto labels = targets.values<std::int64_t>();
    const auto classes = static_cast<std::size_t>(logits.dim(-1));
    for (std::size_t row = 0; row < labels.size(); ++row) add(values.subspan(row * classes, classes), labels[row]);
  }
  [[nodiscard]] double mean_loss() const { return count == 0 ? 0 : loss / static_cast<double>(count); }
  [[nodiscard]] double accuracy() const { return count == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(count); }
};

class PretrainingEvaluator final : public Evaluator {
 public:
  PretrainingEvaluator(std::shared_ptr<PretrainingData> data, std::int32_t pad_token_id, std::int64_t most_examples,
                       std::int64_t batch_tokens)
      : data_(std::move(data)), pad_token_id_(pad_token_id), most_examples_(most_examples), batch_tokens_(batch_tokens) {}

  [[nodiscard]] Figures evaluate(const AlbertPreTrainedModel& model) override {
    Score words, order;
    const std::int64_t count = std::min(most_examples_, data_->held_out_size());
    std::vector<PretrainingExample> batch;
    std::int64_t longest = 0;
    const auto flush = [&] {
      const ModelInputs inputs = collate(batch, pad_token_id_);
      const auto output = model.forward(inputs, {.padding = Padding::packed, .train = false});
      words.add(output.at("prediction_logits"), *inputs.labels);
      order.add(output.at("sop_logits"), *inputs.sentence_order_label);
      batch.clear();
      longest = 0;
    };
    for (std::int64_t i = 0; i < count; ++i) {
      auto example = data_->held_out_example(i);
      const auto length = std::max(longest, static_cast<std::int64_t>(example.input_ids.size()));
      if (!batch.empty() && length * static_cast<std::int64_t>(batch.size() + 1) > batch_tokens_) flush();
      longest = std::max(longest, static_cast<std::int64_t>(example.input_ids.size()));
      batch.push_back(std::move(example));
    }
    if (!batch.empty()) flush();
    return {{"loss", words.mean_loss() + order.mean_loss()},
            {"masked_lm_loss", words.mean_loss()},
            {"masked_lm_accuracy", words.accuracy()},
            {"sentence_order_loss", order.mean_loss()},
            {"sentence_order_accuracy", order.accuracy()}};
  }
  [[nodiscard]] bool greater_is_better() const override { return false; }

 private:
  std::shared_ptr<PretrainingData> data_;
  std::int32_t pad_token_id_;
  std::int64_t most_examples_, batch_tokens_;
};

}  // namespace

std::shared_ptr<TrainingData> pretraining_batches(std::shared_ptr<PretrainingData> data, std::int32_t pad_token_id) {
  return std::make_shared<PretrainingBatches>(std::move(data), pad_token_id);
}

std::shared_ptr<Evaluator> pretraining_evaluator(std::shared_ptr<PretrainingData> data, std::int32_t pad_token_id,
                                                 std::int64_t most_examples, std::int64_t batch_tokens) {
  require(data->held_out_size() > 0, ErrorCode::value, "no document is held out: there is nothing to evaluate on");
  return std::make_shared<PretrainingEvaluator>(std::move(data), pad_token_id, most_examples, batch_tokens);
}

TrainingOptions pretraining_options() {
  TrainingOptions options;
  options.optimizer = LambOptions{};
  options.learning_rate = 1.76e-3;
  options.warmup_ratio = 0.025;
  options.batch_size = 64;
  options.evaluation_steps = 1000;
  options.seed = 12345;
  return options;
}

}  // namespace albert
