// Examples through a task, a part of them at a time; results in their order.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "albert/evaluation.h"
#include "base/check.h"
#include "tasks/run_task.h"

namespace albert::evaluation {

/// Examples that are prepared at a time.
inline constexpr std::size_t kPart = 256;

/// take(i, result) for every example, in order. `input(i)` makes the Input, `place(i)` names it in messages. Error{bad_data}, with
/// the place, for an example that the tokenizer or the model refuses.
template <class Task, class MakeInput, class Place, class Take>
void for_each_result(const Task& task, const AlbertPreTrainedModel& model, std::size_t count, const EvaluationOptions& options,
                     std::int64_t batch_tokens, const MakeInput& input, const Place& place, const Take& take) {
  require(count > 0, ErrorCode::value, "there are no examples to evaluate");
  for (std::size_t first = 0; first < count; first += kPart) {
    if (options.progress) options.progress(first, count);
    const std::size_t last = std::min(count, first + kPart);
    std::vector<typename Task::Input> inputs;
    inputs.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) inputs.push_back(input(i));
    auto results = tasks::run_task(task, model, std::span<const typename Task::Input>(inputs), batch_tokens, options.padding);
    for (std::size_t i = first; i < last; ++i) {
      auto& result = results[i - first];
      if (!result.ok())
        throw Error(result.error().code() == ErrorCode::internal ? ErrorCode::internal : ErrorCode::bad_data,
                    place(i) + ": " + result.error().what());
      take(i, std::move(result).value());
    }
  }
  if (options.progress) options.progress(count, count);
}

/// The loss as Trainer.evaluate weights it.
class LossMean {
 public:
  explicit LossMean(std::int64_t batch_size);
  /// The next example: the sum of its losses and how many they are.
  void add(double sum, std::int64_t count);
  [[nodiscard]] bool any() const noexcept { return examples_ > 0 || count_ > 0; }
  [[nodiscard]] double value();

 private:
  void close();

  std::int64_t batch_size_, in_batch_ = 0, count_ = 0;
  double sum_ = 0;  // of the open batch
  double total_ = 0;
  std::int64_t examples_ = 0;
};

/// -log softmax(logits)[label]
[[nodiscard]] double cross_entropy(std::span<const float> logits, std::int64_t label);
/// Binary cross entropy of a logit with a truth.
[[nodiscard]] double binary_cross_entropy(float logit, bool truth);

/// Rows are cut at options.max_length, or at what tokenizer and model take.
[[nodiscard]] std::int64_t most_tokens(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, std::int64_t wanted);
/// Fewer tokens a batch where every token has logits the vocabulary wide.
[[nodiscard]] std::int64_t tokens_with_vocabulary(const AlbertPreTrainedModel& model, std::int64_t batch_tokens);

/// The labels of a model, by id.
[[nodiscard]] std::vector<std::string> labels_of(const AlbertConfig& config);
/// {"precision": ..., "recall": ..., "f1": ..., "support": ...}
[[nodiscard]] Json to_json(const PrecisionRecall& scores);

}  // namespace albert::evaluation
