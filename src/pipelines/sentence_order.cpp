// sentence-order: are two texts in their order, or swapped? (ALBERT's second pre-training task)
#include "base/check.h"
#include "tasks/loading.h"
#include "tasks/run_task.h"
#include "tasks/scores.h"

namespace albert {
namespace {

using tasks::RowOutput;

class SentenceOrderTask {
 public:
  using Input = TextInput;
  using Result = LabelScore;
  struct Prepared {
    std::vector<Encoding> rows;
  };
  using Read = std::vector<float>;

  explicit SentenceOrderTask(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

  Prepared prepare(const Input& input) const {
    require(input.text_pair.has_value(), ErrorCode::value, "sentence-order needs two texts: text and text_pair");
    CallOptions options;
    options.truncation = TruncationStrategy::longest_first;
    return {{tokenizer_(input.text, *input.text_pair, options)}};
  }

  Read read(const Prepared&, std::size_t, const RowOutput& output) const {
    const auto logits = output.values("sop_logits");
    require(logits.size() == 2, ErrorCode::value, "sentence-order needs two outputs: this model has {}", logits.size());
    return tasks::softmax(logits);
  }

  Result finish(const Input&, const Prepared&, std::vector<Read> read) const {
    const std::size_t best = tasks::arg_max(read[0]);
    return {best == 0 ? "ordered" : "swapped", read[0][best]};
  }

 private:
  const Tokenizer& tokenizer_;
};

/// The class computes the vocabulary's logits of every token too: keep a batch's below this many numbers.
constexpr std::int64_t kLargestLogits = std::int64_t{1} << 24;

}  // namespace

SentenceOrderPipeline::SentenceOrderPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : Pipeline(std::move(model), std::move(tokenizer), std::move(options)) {
  tasks::require_class(*model_, ModelClass::pre_training, "sentence-order");
}

SentenceOrderPipeline SentenceOrderPipeline::from_pretrained(const std::string& path, PipelineOptions options) {
  auto loaded = tasks::load(path, "sentence-order", ModelClass::pre_training, {"sop_classifier", "pooler"}, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer), std::move(options)};
}

std::vector<std::string> SentenceOrderPipeline::check(const Options&) const { return {}; }

SentenceOrderPipeline::Result SentenceOrderPipeline::operator()(const Input& input, const Options&) const {
  return tasks::run_one(SentenceOrderTask(*tokenizer_), *model_, input, options_.padding);
}

std::vector<Outcome<SentenceOrderPipeline::Result>> SentenceOrderPipeline::run(std::span<const Input> inputs, const Options&) const {
  const std::int64_t tokens = std::min(options_.batch_tokens, kLargestLogits / std::max<std::int64_t>(1, model_->config().vocab_size()));
  return tasks::run_task(SentenceOrderTask(*tokenizer_), *model_, inputs, tokens, options_.padding);
}

Json SentenceOrderPipeline::to_json(const Result& result, const Options&) { return tasks::label_to_json(result); }

}  // namespace albert
