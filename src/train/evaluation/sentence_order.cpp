// Two texts in their order, or swapped.
#include "tasks/loading.h"
#include "tasks/scores.h"
#include "train/evaluation/run.h"

namespace albert {
namespace {

using tasks::RowOutput;

struct OrderedPair {
  const TextExample* example;
  bool swap = false;       // the texts change places
  std::int32_t label = 0;  // 1: swapped
};

class OrderTask {
 public:
  using Input = OrderedPair;
  using Result = std::vector<float>;
  struct Prepared {
    std::vector<Encoding> rows;
  };
  using Read = std::vector<float>;

  OrderTask(const Tokenizer& tokenizer, std::int64_t most) : tokenizer_(tokenizer) {
    call_.truncation = TruncationStrategy::longest_first;
    call_.max_length = most;
    call_.verbose = false;
  }
  Prepared prepare(const Input& pair) const {
    const TextInput& input = pair.example->input;
    require(input.text_pair.has_value(), ErrorCode::value, "sentence-order needs two texts: text and text_pair");
    return {{pair.swap ? tokenizer_(*input.text_pair, input.text, call_) : tokenizer_(input.text, *input.text_pair, call_)}};
  }
  static Read read(const Prepared&, std::size_t, const RowOutput& output) {
    const auto logits = output.values("sop_logits");
    require(logits.size() == 2, ErrorCode::value, "sentence-order needs two outputs: this model has {}", logits.size());
    return {logits.begin(), logits.end()};
  }
  static Result finish(const Input&, const Prepared&, std::vector<Read> read) { return std::move(read[0]); }

 private:
  const Tokenizer& tokenizer_;
  CallOptions call_;
};

std::int32_t order_of(const TextExample& example, const TextData& data) {
  const std::string& label = data.labels.name(example.labels.front());
  if (label == "0" || label == "ordered") return 0;
  if (label == "1" || label == "swapped") return 1;
  fail(ErrorCode::bad_data, "{}: expected 0 or ordered, 1 or swapped as label, got '{}'", data.places.name(example.place), label);
}

}  // namespace

Evaluation evaluate_sentence_order(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                   const EvaluationOptions& options) {
  tasks::require_class(model, ModelClass::pre_training, "sentence-order");
  std::vector<OrderedPair> pairs;
  for (const TextExample& example : data.examples) {
    if (!example.labels.empty()) {
      pairs.push_back({&example, false, order_of(example, data)});
      continue;
    }
    pairs.push_back({&example, false, 0});
    pairs.push_back({&example, true, 1});
  }
  Evaluation result;
  result.labels = {"ordered", "swapped"};
  evaluation::LossMean loss(options.batch_size);
  std::vector<std::int32_t> truths, guesses;
  const OrderTask task(tokenizer, evaluation::most_tokens(model, tokenizer, options.max_length));
  evaluation::for_each_result(
      task, model, pairs.size(), options, evaluation::tokens_with_vocabulary(model, options.batch_tokens),
      [&](std::size_t i) { return pairs[i]; }, [&](std::size_t i) { return data.places.name(pairs[i].example->place); },
      [&](std::size_t i, const std::vector<float>& logits) {
        loss.add(evaluation::cross_entropy(logits, pairs[i].label), 1);
        const auto best = static_cast<std::int32_t>(tasks::arg_max(logits));
        truths.push_back(pairs[i].label);
        guesses.push_back(best);
        result.pairs.emplace_back(pairs[i].label, best);
        if (options.keep_predictions)
          result.predictions.emplace_back(Json::Object{{"label", result.labels[static_cast<std::size_t>(best)]},
                                                       {"score", tasks::softmax(logits)[static_cast<std::size_t>(best)]}});
      });
  result.metrics = Json::Object{{"loss", loss.value()}};
  const Json metrics = class_metrics(truths, guesses, result.labels);
  for (const auto& [name, value] : metrics.as_object()) result.metrics.set(name, value);
  return result;
}

}  // namespace albert
