// Texts with choices: K rows an example.
#include "base/check.h"
#include "train/examples/token_rows.h"

namespace albert {
namespace {

class MultipleChoiceBatches final : public TrainingData {
 public:
  MultipleChoiceBatches(const ChoiceData& data, const Tokenizer& tokenizer, const AlbertConfig& config, const EncodingOptions& options)
      : rows_(tokenizer) {
    require(!data.examples.empty(), ErrorCode::value, "there are no examples to train on");
    choices_ = static_cast<std::int64_t>(data.examples.front().input.choices.size());
    for (const ChoiceExample& example : data.examples) {
      const auto count = static_cast<std::int64_t>(example.input.choices.size());
      require(count == choices_, ErrorCode::bad_data, "{}: expected {} choices as in the examples before, got {}",
              data.places.name(example.place), choices_, count);
      labels_.push_back(example.label);
    }
    require(choices_ >= 2, ErrorCode::bad_data, "{}: expected two choices or more, got {}", data.places.name(data.examples.front().place),
            choices_);
    const CallOptions call{.truncation = TruncationStrategy::longest_first,
                           .max_length = examples::most_tokens(options.max_length, tokenizer, config)};
    const auto each = static_cast<std::size_t>(choices_);
    examples::encode_each(
        tokenizer, data.examples.size() * each, call, options.threads,
        [&](std::size_t i) {
          const MultipleChoiceInput& input = data.examples[i / each].input;
          return TextInput{input.text, input.choices[i % each]};
        },
        [&](std::size_t, const Encoding& encoding) { rows_.add(encoding); });
  }

  [[nodiscard]] std::int64_t size(std::int64_t) override { return static_cast<std::int64_t>(labels_.size()); }
  [[nodiscard]] std::int64_t length(std::int64_t, std::int64_t index) override {
    std::int64_t sum = 0;
    for (std::int64_t choice = 0; choice < choices_; ++choice) sum += rows_.length(index * choices_ + choice);
    return sum;
  }

  [[nodiscard]] ModelInputs batch(std::int64_t, std::span<const std::int64_t> indices) override {
    std::vector<std::int64_t> rows, labels;
    for (const std::int64_t index : indices) {
      for (std::int64_t choice = 0; choice < choices_; ++choice) rows.push_back(index * choices_ + choice);
      labels.push_back(labels_[static_cast<std::size_t>(index)]);
    }
    const auto count = static_cast<std::int64_t>(indices.size());
    const examples::PaddedRows padded = rows_.pad(rows);
    ModelInputs inputs = padded.inputs({count, choices_, padded.columns});
    inputs.labels = Tensor::from<std::int64_t>({count}, labels);
    return inputs;
  }

 private:
  examples::TokenRows rows_;
  std::int64_t choices_ = 0;
  std::vector<std::int64_t> labels_;
};

}  // namespace

std::shared_ptr<TrainingData> multiple_choice_batches(const ChoiceData& data, const Tokenizer& tokenizer, const AlbertConfig& config,
                                                      const EncodingOptions& options) {
  return std::make_shared<MultipleChoiceBatches>(data, tokenizer, config, options);
}

}  // namespace albert
