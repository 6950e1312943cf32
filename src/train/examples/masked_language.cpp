// Texts for masked-language modelling: blocks or rows, masked anew in every epoch.
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/random.h"
#include "train/examples/token_rows.h"

namespace albert {
namespace {

constexpr std::int64_t kIgnored = -100;
constexpr std::uint64_t kMaskStream = std::uint64_t{0x6D} << 56;

class MaskedLanguageBatches final : public TrainingData {
 public:
  MaskedLanguageBatches(const TextData& data, const Tokenizer& tokenizer, const AlbertConfig& config, const MaskedLanguageOptions& options)
      : rows_(tokenizer), probability_(options.mlm_probability), seed_(options.seed), vocabulary_(tokenizer.size()) {
    require(probability_ > 0 && probability_ <= 1, ErrorCode::value, "mlm_probability: expected above 0, at most 1, got {}", probability_);
    require(options.block_size >= 0, ErrorCode::value, "block_size: expected 0 (no blocks) or more, got {}", options.block_size);
    const auto mask = tokenizer.special_token_id("mask");
    require(mask.has_value(), ErrorCode::value, "masked-language-modelling needs a tokenizer with a mask token");
    mask_ = *mask;
    special_.assign(static_cast<std::size_t>(vocabulary_), false);
    for (const std::int32_t id : tokenizer.all_special_ids())
      if (id >= 0 && id < vocabulary_) special_[static_cast<std::size_t>(id)] = true;

    const std::int64_t most =
        examples::most_tokens(options.block_size > 0 ? options.block_size : options.encoding.max_length, tokenizer, config);
    CallOptions call;
    if (options.block_size == 0) {
      call.truncation = TruncationStrategy::longest_first;
      call.max_length = most;
    } else {
      call.verbose = false;  // texts longer than the model takes are cut into blocks
    }
    Encoding open;  // the block that is being filled
    examples::encode_each(
        tokenizer, data.examples.size(), call, options.encoding.threads, [&](std::size_t i) { return data.examples[i].input; },
        [&](std::size_t, const Encoding& encoding) {
          if (options.block_size == 0) return add(encoding);
          for (std::size_t token = 0; token < encoding.size(); ++token) {
            open.input_ids.push_back(encoding.input_ids[token]);
            open.token_type_ids.push_back(encoding.token_type_ids[token]);
            if (static_cast<std::int64_t>(open.size()) < options.block_size) continue;
            add(open);
            open = {};
          }
        });
    if (rows_.size() == 0 && open.size() > 0) add(open);  // less than a block is better than nothing
    require(rows_.size() > 0, ErrorCode::value, "there is no text with a token that can be masked");
  }

  [[nodiscard]] std::int64_t size(std::int64_t) override { return rows_.size(); }
  [[nodiscard]] std::int64_t length(std::int64_t, std::int64_t index) override { return rows_.length(index); }

  [[nodiscard]] ModelInputs batch(std::int64_t epoch, std::span<const std::int64_t> indices) override {
    examples::PaddedRows padded = rows_.pad(indices);
    std::vector<std::int64_t> labels(padded.ids.size(), kIgnored);
    bool any = false;
    for (std::size_t row = 0; row < indices.size(); ++row) any = mask_row(epoch, indices[row], place(padded, labels, row)) || any;
    if (!any) mask_one(epoch, indices.front(), place(padded, labels, 0));
    ModelInputs inputs = padded.inputs();
    inputs.labels = Tensor::from<std::int64_t>({padded.rows, padded.columns}, labels);
    return inputs;
  }

 private:
  /// The tokens of a row within its batch.
  struct Row {
    std::span<std::int64_t> ids, labels;
  };

  static Row place(examples::PaddedRows& padded, std::vector<std::int64_t>& labels, std::size_t row) {
    return {std::span(padded.ids).subspan(padded.at(row), padded.lengths[row]),
            std::span(labels).subspan(padded.at(row), padded.lengths[row])};
  }

  [[nodiscard]] bool can_be_masked(std::int64_t id) const { return id >= vocabulary_ || !special_[static_cast<std::size_t>(id)]; }

  void add(const Encoding& encoding) {
    if (std::any_of(encoding.input_ids.begin(), encoding.input_ids.end(), [&](std::int32_t id) { return can_be_masked(id); }))
      rows_.add(encoding);
  }

  [[nodiscard]] UniformSequence numbers(std::int64_t epoch, std::int64_t index) const {
    return {seed_, kMaskStream | (static_cast<std::uint64_t>(epoch) & 0xFFFF) << 40 | (static_cast<std::uint64_t>(index) & 0xFF'FFFF'FFFF)};
  }

  void replace(std::int64_t& id, UniformSequence& random) const {
    const double choice = random.next();
    if (choice < 0.8) {
      id = mask_;
    } else if (choice < 0.9) {
      id = std::min(vocabulary_ - 1, static_cast<std::int64_t>(random.next() * static_cast<double>(vocabulary_)));
    }
  }

  /// Whether some token was chosen.
  bool mask_row(std::int64_t epoch, std::int64_t index, const Row& row) const {
    UniformSequence random = numbers(epoch, index);
    bool any = false;
    for (std::size_t token = 0; token < row.ids.size(); ++token) {
      if (!can_be_masked(row.ids[token]) || random.next() >= probability_) continue;
      row.labels[token] = row.ids[token];
      replace(row.ids[token], random);
      any = true;
    }
    return any;
  }

  /// One token at random, so that the batch has a loss.
  void mask_one(std::int64_t epoch, std::int64_t index, const Row& row) const {
    std::vector<std::size_t> candidates;
    for (std::size_t token = 0; token < row.ids.size(); ++token)
      if (can_be_masked(row.ids[token])) candidates.push_back(token);
    UniformSequence random = numbers(epoch, ~index);
    const auto chosen =
        candidates[std::min(candidates.size() - 1, static_cast<std::size_t>(random.next() * static_cast<double>(candidates.size())))];
    row.labels[chosen] = row.ids[chosen];
    replace(row.ids[chosen], random);
  }

  examples::TokenRows rows_;
  double probability_;
  std::uint64_t seed_;
  std::int64_t vocabulary_;  // ids that a token may become: the tokenizer's length
  std::int64_t mask_ = 0;
  std::vector<bool> special_;
};

}  // namespace

std::shared_ptr<TrainingData> masked_language_batches(const TextData& data, const Tokenizer& tokenizer, const AlbertConfig& config,
                                                      const MaskedLanguageOptions& options) {
  return std::make_shared<MaskedLanguageBatches>(data, tokenizer, config, options);
}

}  // namespace albert
