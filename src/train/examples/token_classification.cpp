// Words with tags: the tag of a word at its first piece.
#include "base/check.h"
#include "tasks/label_alignment.h"
#include "train/examples/token_rows.h"

namespace albert {
namespace {

constexpr std::int64_t kIgnored = -100;

class TokenClassificationBatches final : public TrainingData {
 public:
  TokenClassificationBatches(TokenData&& data, const Tokenizer& tokenizer, const AlbertConfig& config, const EncodingOptions& options)
      : rows_(tokenizer) {
    require(tokenizer.is_fast(), ErrorCode::value,
            "token-classification needs a fast tokenizer: the slow one does not say where words begin");
    match_tags(data, config);
    const CallOptions call{.truncation = TruncationStrategy::longest_first,
                           .max_length = examples::most_tokens(options.max_length, tokenizer, config),
                           .is_split_into_words = true};
    examples::encode_each_words(
        tokenizer, data.examples.size(), call, options.threads, [&](std::size_t i) { return data.examples[i].words; },
        [&](std::size_t i, const Encoding& encoding) { add(data.examples[i].tags, encoding); });
    require(rows_.size() > 0, ErrorCode::value, "there are no words with tags to train on");
  }

  [[nodiscard]] std::int64_t size(std::int64_t) override { return rows_.size(); }
  [[nodiscard]] std::int64_t length(std::int64_t, std::int64_t index) override { return rows_.length(index); }

  [[nodiscard]] ModelInputs batch(std::int64_t, std::span<const std::int64_t> indices) override {
    const examples::PaddedRows padded = rows_.pad(indices);
    std::vector<std::int64_t> labels(padded.ids.size(), kIgnored);
    for (std::size_t row = 0; row < indices.size(); ++row)
      for (const auto& [token, tag] : tags_[static_cast<std::size_t>(indices[row])]) labels[padded.at(row) + token] = tag;
    ModelInputs inputs = padded.inputs();
    inputs.labels = Tensor::from<std::int64_t>({padded.rows, padded.columns}, labels);
    return inputs;
  }

 private:
  struct TaggedToken {
    std::size_t token = 0;
    std::int32_t tag = 0;
  };

  void add(const std::vector<std::int32_t>& tags, const Encoding& encoding) {
    std::vector<TaggedToken> tagged;
    for (const tasks::WordPiece& piece : tasks::first_pieces(encoding))
      tagged.push_back({static_cast<std::size_t>(piece.token), tags[static_cast<std::size_t>(piece.word)]});
    if (tagged.empty()) return;
    rows_.add(encoding);
    tags_.push_back(std::move(tagged));
  }

  examples::TokenRows rows_;
  std::vector<std::vector<TaggedToken>> tags_;
};

}  // namespace

std::shared_ptr<TrainingData> token_classification_batches(TokenData data, const Tokenizer& tokenizer, const AlbertConfig& config,
                                                           const EncodingOptions& options) {
  return std::make_shared<TokenClassificationBatches>(std::move(data), tokenizer, config, options);
}

}  // namespace albert
