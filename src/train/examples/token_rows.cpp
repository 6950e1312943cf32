#include "train/examples/token_rows.h"

#include <algorithm>

#include "base/check.h"

namespace albert::examples {
namespace {

/// Rows that are encoded at once: an Encoding holds far more than the ids that are kept of it.
constexpr std::size_t kChunk = 2048;

template <class Item, class Make>
void encode_chunks(const Tokenizer& tokenizer, std::size_t count, const CallOptions& options, int threads, const Make& make,
                   const std::function<void(std::size_t, const Encoding&)>& take) {
  std::vector<Item> items;
  for (std::size_t first = 0; first < count; first += kChunk) {
    items.clear();
    for (std::size_t i = first; i < std::min(count, first + kChunk); ++i) items.push_back(make(i));
    const auto encodings = tokenizer.encode_batch(std::span<const Item>(items), options, threads);
    for (std::size_t i = 0; i < encodings.size(); ++i) take(first + i, encodings[i]);
  }
}

}  // namespace

ModelInputs PaddedRows::inputs(std::vector<std::int64_t> shape) const {
  if (shape.empty()) shape = {rows, columns};
  ModelInputs inputs;
  inputs.input_ids = Tensor::from<std::int64_t>(shape, ids);
  inputs.token_type_ids = Tensor::from<std::int64_t>(shape, types);
  inputs.attention_mask = Tensor::from<std::int64_t>(shape, mask);
  return inputs;
}

TokenRows::TokenRows(const Tokenizer& tokenizer) : left_(tokenizer.padding_side() == Side::left) {
  const auto pad = tokenizer.special_token_id("pad");
  require(pad.has_value(), ErrorCode::value, "training needs a tokenizer with a padding token");
  pad_id_ = *pad;
}

void TokenRows::add(const Encoding& encoding) {
  ids_.insert(ids_.end(), encoding.input_ids.begin(), encoding.input_ids.end());
  for (const std::int32_t type : encoding.token_type_ids) types_.push_back(static_cast<std::uint8_t>(type));
  types_.resize(ids_.size());
  starts_.push_back(ids_.size());
}

std::int64_t TokenRows::length(std::int64_t row) const {
  const auto i = static_cast<std::size_t>(row);
  return static_cast<std::int64_t>(starts_[i + 1] - starts_[i]);
}

std::span<const std::int32_t> TokenRows::ids(std::int64_t row) const {
  return std::span(ids_).subspan(starts_[static_cast<std::size_t>(row)], static_cast<std::size_t>(length(row)));
}

PaddedRows TokenRows::pad(std::span<const std::int64_t> rows) const {
  PaddedRows padded;
  padded.rows = static_cast<std::int64_t>(rows.size());
  for (const std::int64_t row : rows) padded.columns = std::max(padded.columns, length(row));
  const auto columns = static_cast<std::size_t>(padded.columns);
  padded.ids.assign(rows.size() * columns, pad_id_);
  padded.types.assign(padded.ids.size(), 0);
  padded.mask.assign(padded.ids.size(), 0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t begin = starts_[static_cast<std::size_t>(rows[i])], size = static_cast<std::size_t>(length(rows[i]));
    padded.begins.push_back(left_ ? columns - size : 0);
    padded.lengths.push_back(size);
    const std::size_t at = padded.at(i);
    for (std::size_t token = 0; token < size; ++token) {
      padded.ids[at + token] = ids_[begin + token];
      padded.types[at + token] = types_[begin + token];
      padded.mask[at + token] = 1;
    }
  }
  return padded;
}

std::int64_t most_tokens(std::int64_t wanted, const Tokenizer& tokenizer, const AlbertConfig& config) {
  const std::int64_t positions = config.max_position_embeddings();
  require(wanted <= positions, ErrorCode::value, "max_length {} is more than the model's {} positions", wanted, positions);
  return wanted > 0 ? wanted : std::min(tokenizer.model_max_length(), positions);
}

void encode_each(const Tokenizer& tokenizer, std::size_t count, const CallOptions& options, int threads,
                 const std::function<TextInput(std::size_t)>& text, const std::function<void(std::size_t, const Encoding&)>& take) {
  encode_chunks<TextInput>(tokenizer, count, options, threads, text, take);
}

void encode_each_words(const Tokenizer& tokenizer, std::size_t count, const CallOptions& options, int threads,
                       const std::function<std::vector<std::string>(std::size_t)>& words,
                       const std::function<void(std::size_t, const Encoding&)>& take) {
  encode_chunks<ItemArgument>(tokenizer, count, options, threads, [&](std::size_t i) { return ItemArgument{.text = words(i)}; }, take);
}

}  // namespace albert::examples
