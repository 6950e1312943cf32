// Pairs of texts for sentence vectors: both texts as rows, pooled, and the loss of their vectors.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "train/examples/token_rows.h"
#include "train/examples/vector_losses.h"

namespace albert {
namespace {

constexpr const char* kStates = "last_hidden_state";

/// Targets of the cosines: the labels, divided by the largest when they go beyond what a cosine can be.
std::vector<double> cosine_targets(const TextData& data) {
  const auto numbers = label_numbers(data.labels, data.places);
  double largest = 1;
  for (const double one : numbers) largest = std::max(largest, std::abs(one));
  std::vector<double> targets;
  for (const TextExample& example : data.examples) {
    require(example.labels.size() == 1, ErrorCode::bad_data, "{}: expected one number as label, got {}", data.places.name(example.place),
            example.labels.size());
    targets.push_back(numbers[static_cast<std::size_t>(example.labels.front())] / largest);
  }
  return targets;
}

class SentenceEmbeddingBatches final : public TrainingData {
 public:
  SentenceEmbeddingBatches(const TextData& data, const Tokenizer& tokenizer, const AlbertConfig& config, const EmbeddingOptions& options)
      : options_(options), rows_(tokenizer) {
    require(options.pooling == Pooling::mean || options.pooling == Pooling::cls, ErrorCode::value,
            "sentence vectors are pooled by cls or mean");
    require(std::isfinite(options.scale) && options.scale > 0, ErrorCode::value, "scale: expected a number above 0, got {}", options.scale);
    require(!data.examples.empty(), ErrorCode::value, "there are no pairs to train on");
    for (const TextExample& example : data.examples)
      require(example.input.text_pair.has_value(), ErrorCode::bad_data, "{}: expected a pair of texts, got one",
              data.places.name(example.place));
    if (options.loss == EmbeddingLoss::cosine) targets_ = cosine_targets(data);
    const CallOptions call{.truncation = TruncationStrategy::longest_first,
                           .max_length = examples::most_tokens(options.encoding.max_length, tokenizer, config)};
    examples::encode_each(
        tokenizer, 2 * data.examples.size(), call, options.encoding.threads,
        [&](std::size_t i) {
          const TextInput& input = data.examples[i / 2].input;
          return TextInput{i % 2 == 0 ? input.text : *input.text_pair, std::nullopt};
        },
        [&](std::size_t, const Encoding& encoding) { rows_.add(encoding); });
  }

  [[nodiscard]] std::int64_t size(std::int64_t) override { return rows_.size() / 2; }
  [[nodiscard]] std::int64_t length(std::int64_t, std::int64_t index) override {
    return rows_.length(2 * index) + rows_.length(2 * index + 1);
  }
  [[nodiscard]] ModelInputs batch(std::int64_t, std::span<const std::int64_t> indices) override { return padded(indices).inputs(); }

  [[nodiscard]] std::optional<OutsideLoss> loss(std::int64_t, std::span<const std::int64_t> indices, const ModelOutput& output) override {
    const examples::PaddedRows rows = padded(indices);
    const Tensor states = output.at(kStates).to(DType::f32);
    const std::size_t pairs = indices.size();
    const auto first = pool(states, rows, 0, pairs), second = pool(states, rows, pairs, pairs);
    std::vector<double> targets;
    for (const std::int64_t i : indices)
      if (!targets_.empty()) targets.push_back(targets_[static_cast<std::size_t>(i)]);
    const auto loss = options_.loss == EmbeddingLoss::cosine ? examples::cosine_loss(first, second, targets)
                                                             : examples::contrastive_loss(first, second, options_.scale);
    Tensor cotangent(DType::f32, states.shape());
    spread(loss.first, rows, 0, cotangent);
    spread(loss.second, rows, pairs, cotangent);
    return OutsideLoss{loss.value, {{kStates, std::move(cotangent)}}};
  }

 private:
  [[nodiscard]] examples::PaddedRows padded(std::span<const std::int64_t> indices) const {
    std::vector<std::int64_t> rows;
    for (const std::int64_t side : {0, 1})
      for (const std::int64_t index : indices) rows.push_back(2 * index + side);
    return rows_.pad(rows);
  }

  [[nodiscard]] std::size_t pooled_tokens(const examples::PaddedRows& rows, std::size_t row) const {
    return options_.pooling == Pooling::cls ? 1 : rows.lengths[row];
  }

  /// The vectors of rows first ... first + count - 1 of `states` [2B, S, H].
  [[nodiscard]] examples::VectorList pool(const Tensor& states, const examples::PaddedRows& rows, std::size_t first,
                                          std::size_t count) const {
    const auto width = static_cast<std::size_t>(states.dim(2));
    const auto values = states.values<float>();
    examples::VectorList vectors{std::vector<double>(count * width, 0.0), count, width};
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t tokens = pooled_tokens(rows, first + i);
      for (std::size_t token = 0; token < tokens; ++token)
        for (std::size_t k = 0; k < width; ++k)
          vectors.at(i)[k] += static_cast<double>(values[(rows.at(first + i) + token) * width + k]) / static_cast<double>(tokens);
    }
    return vectors;
  }

  /// Derivatives of vectors to those of the states that they were pooled from.
  void spread(const examples::VectorList& derivatives, const examples::PaddedRows& rows, std::size_t first, Tensor& cotangent) const {
    const auto values = cotangent.mutable_values<float>();
    const std::size_t width = derivatives.width;
    for (std::size_t i = 0; i < derivatives.count; ++i) {
      const std::size_t tokens = pooled_tokens(rows, first + i);
      for (std::size_t token = 0; token < tokens; ++token)
        for (std::size_t k = 0; k < width; ++k)
          values[(rows.at(first + i) + token) * width + k] = static_cast<float>(derivatives.at(i)[k] / static_cast<double>(tokens));
    }
  }

  EmbeddingOptions options_;
  examples::TokenRows rows_;     // the texts of pair i at 2 i and 2 i + 1
  std::vector<double> targets_;  // cosine
};

}  // namespace

std::shared_ptr<TrainingData> sentence_embedding_batches(const TextData& data, const Tokenizer& tokenizer, const AlbertConfig& config,
                                                         const EmbeddingOptions& options) {
  return std::make_shared<SentenceEmbeddingBatches>(data, tokenizer, config, options);
}

}  // namespace albert
