// Texts and pairs with a class, several classes or a number.
#include "base/check.h"
#include "train/examples/token_rows.h"

namespace albert {
namespace {

class TextClassificationBatches final : public TrainingData {
 public:
  TextClassificationBatches(const TextData& data, const Tokenizer& tokenizer, const AlbertConfig& config, const EncodingOptions& options)
      : rows_(tokenizer), classes_(config.num_labels()) {
    require(!data.examples.empty(), ErrorCode::value, "there are no examples to train on");
    const std::string problem = config.problem_type().value_or("single_label_classification");
    if (problem == "regression") {
      take_numbers(data);
    } else {
      several_ = problem == "multi_label_classification";
      take_classes(data, config);
    }
    CallOptions call{.truncation = TruncationStrategy::longest_first,
                     .max_length = examples::most_tokens(options.max_length, tokenizer, config)};
    examples::encode_each(
        tokenizer, data.examples.size(), call, options.threads, [&](std::size_t i) { return data.examples[i].input; },
        [&](std::size_t, const Encoding& encoding) { rows_.add(encoding); });
  }

  [[nodiscard]] std::int64_t size(std::int64_t) override { return rows_.size(); }
  [[nodiscard]] std::int64_t length(std::int64_t, std::int64_t index) override { return rows_.length(index); }

  [[nodiscard]] ModelInputs batch(std::int64_t, std::span<const std::int64_t> indices) override {
    ModelInputs inputs = rows_.pad(indices).inputs();
    const auto count = static_cast<std::int64_t>(indices.size());
    if (!numbers_.empty()) {
      std::vector<float> labels;
      for (const std::int64_t i : indices) labels.push_back(numbers_[static_cast<std::size_t>(i)]);
      inputs.labels = Tensor::from<float>({count}, labels);
    } else if (several_) {
      std::vector<float> labels(static_cast<std::size_t>(count * classes_), 0.0F);
      for (std::size_t row = 0; row < indices.size(); ++row)
        for (const std::int32_t label : labels_[static_cast<std::size_t>(indices[row])])
          labels[row * static_cast<std::size_t>(classes_) + static_cast<std::size_t>(label)] = 1.0F;
      inputs.labels = Tensor::from<float>({count, classes_}, labels);
    } else {
      std::vector<std::int64_t> labels;
      for (const std::int64_t i : indices) labels.push_back(labels_[static_cast<std::size_t>(i)].front());
      inputs.labels = Tensor::from<std::int64_t>({count}, labels);
    }
    return inputs;
  }

 private:
  static const std::int32_t& only_label(const TextExample& example, const TextData& data) {
    require(example.labels.size() == 1, ErrorCode::bad_data, "{}: expected one label, got {}", data.places.name(example.place),
            example.labels.size());
    return example.labels.front();
  }

  void take_numbers(const TextData& data) {
    const auto numbers = label_numbers(data.labels, data.places);
    for (const TextExample& example : data.examples)
      numbers_.push_back(static_cast<float>(numbers[static_cast<std::size_t>(only_label(example, data))]));
  }

  void take_classes(const TextData& data, const AlbertConfig& config) {
    const auto ids = match_labels(data.labels, data.places, config);
    for (const TextExample& example : data.examples) {
      if (!several_) static_cast<void>(only_label(example, data));
      auto& labels = labels_.emplace_back();
      for (const std::int32_t label : example.labels) labels.push_back(ids[static_cast<std::size_t>(label)]);
    }
  }

  examples::TokenRows rows_;
  std::int64_t classes_;
  bool several_ = false;
  std::vector<float> numbers_;                     // regression
  std::vector<std::vector<std::int32_t>> labels_;  // of each example
};

}  // namespace

std::shared_ptr<TrainingData> text_classification_batches(const TextData& data, const Tokenizer& tokenizer, const AlbertConfig& config,
                                                          const EncodingOptions& options) {
  return std::make_shared<TextClassificationBatches>(data, tokenizer, config, options);
}

}  // namespace albert
