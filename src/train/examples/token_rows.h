// Tokenised rows, kept as ids in one piece, and padded into batches.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "albert/config.h"
#include "albert/fine_tuning.h"
#include "albert/model.h"
#include "albert/tokenizer.h"

namespace albert::examples {

/// A batch: rows padded to the longest, on the tokenizer's side.
struct PaddedRows {
  std::vector<std::int64_t> ids, types, mask;  ///< [B, S]
  std::vector<std::size_t> begins, lengths;    ///< [B] column at which a row begins, its tokens
  std::int64_t rows = 0, columns = 0;

  /// Where the tokens of a row begin in ids, types and mask.
  [[nodiscard]] std::size_t at(std::size_t row) const noexcept { return row * static_cast<std::size_t>(columns) + begins[row]; }
  /// As model inputs of that shape, [B, S] when it is empty.
  [[nodiscard]] ModelInputs inputs(std::vector<std::int64_t> shape = {}) const;
};

class TokenRows {
 public:
  /// Error{value} for a tokenizer that cannot pad.
  explicit TokenRows(const Tokenizer& tokenizer);

  void add(const Encoding& encoding);
  [[nodiscard]] std::int64_t size() const noexcept { return static_cast<std::int64_t>(starts_.size()) - 1; }
  [[nodiscard]] std::int64_t length(std::int64_t row) const;
  [[nodiscard]] std::span<const std::int32_t> ids(std::int64_t row) const;
  [[nodiscard]] PaddedRows pad(std::span<const std::int64_t> rows) const;

 private:
  std::vector<std::size_t> starts_{0};
  std::vector<std::int32_t> ids_;
  std::vector<std::uint8_t> types_;
  std::int32_t pad_id_;
  bool left_;
};

/// Tokens of a row at most: `wanted`, or as many as the tokenizer and the model take. Error{value} for more than the model takes.
[[nodiscard]] std::int64_t most_tokens(std::int64_t wanted, const Tokenizer& tokenizer, const AlbertConfig& config);

/// Tokenises `items` on all threads and hands the encodings over in order.
void encode_each(const Tokenizer& tokenizer, std::size_t count, const CallOptions& options, int threads,
                 const std::function<TextInput(std::size_t item)>& text,
                 const std::function<void(std::size_t item, const Encoding& encoding)>& take);
/// The same for words that are split already.
void encode_each_words(const Tokenizer& tokenizer, std::size_t count, const CallOptions& options, int threads,
                       const std::function<std::vector<std::string>(std::size_t item)>& words,
                       const std::function<void(std::size_t item, const Encoding& encoding)>& take);

}  // namespace albert::examples
