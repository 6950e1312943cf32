// What a tokenizer call returns: Encoding, one tokenised input with everything known of it, and
// BatchEncoding, the reference's dictionary of fields with its mappings between tokens, words and characters.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "albert/export.h"
#include "albert/json.h"
#include "albert/tensor.h"

namespace ALBERT_API albert {

/// A half-open range of code points of the original text; (0, 0) for specials and padding.
struct Offsets {
  std::uint32_t start = 0;
  std::uint32_t end = 0;
  bool operator==(const Offsets&) const = default;
};

/// A half-open range of tokens.
struct TokenSpan {
  std::int64_t start = 0;
  std::int64_t end = 0;
  bool operator==(const TokenSpan&) const = default;
};

/// One tokenised input: all vectors have the same length (the fast-only ones are empty for the slow form).
struct Encoding {
  std::vector<std::int32_t> input_ids{};
  std::vector<std::int32_t> token_type_ids{};
  std::vector<std::int32_t> attention_mask{};       ///< 1 token, 0 padding
  std::vector<std::int32_t> special_tokens_mask{};  ///< 1 for specials that were added, and padding
  std::vector<std::string> tokens{};
  std::vector<Offsets> offsets{};                  ///< fast only
  std::vector<std::int32_t> word_ids{};            ///< fast only; -1: none
  std::vector<std::int32_t> sequence_ids{};        ///< 0 first text, 1 second; -1: special or padding
  std::vector<Encoding> overflowing{};             ///< fast: further windows, when asked for
  std::vector<std::int32_t> overflowing_tokens{};  ///< slow: ids cut off, when asked for
  std::int64_t num_truncated_tokens = 0;           ///< slow, with overflowing_tokens
  std::int32_t n_sequences = 1;                    ///< texts it was made from: 1 or 2
  /// What the reference would log of this input; of a batch as a whole: at its first input.
  std::vector<std::string> warnings{};
  [[nodiscard]] std::size_t size() const noexcept { return input_ids.size(); }
};

/// What a tokenizer call returns: fields by name, in the reference's order.
///
/// One text has flat fields, a batch one row an input; with the fast form and return_overflowing_tokens
/// every window is a row, and overflow_to_sample_mapping says whose. The mappings between tokens, words
/// and characters are there for the fast form only. They take the row as `batch_index`; a negative one
/// counts from the end where the reference's does.
class BatchEncoding {
 public:
  using Ints = std::vector<std::int64_t>;
  /// A number; a list; a list a row; offsets; offsets a row; a tensor; anything else that a caller put in.
  using Field = std::variant<std::int64_t, Ints, std::vector<Ints>, std::vector<Offsets>, std::vector<std::vector<Offsets>>, Tensor, Json>;
  using Member = std::pair<std::string, Field>;

  BatchEncoding() = default;
  /// Fields of a caller's own, to be padded.
  explicit BatchEncoding(std::vector<Member> fields) : fields_(std::move(fields)) {}

  // --- fields ---
  [[nodiscard]] const std::vector<Member>& fields() const noexcept { return fields_; }
  [[nodiscard]] const Field* find(std::string_view name) const noexcept;  ///< null when there is none
  [[nodiscard]] const Field& at(std::string_view name) const;             ///< Error{key}
  /// As at and encoding: Python's indexing by a name and by a row.
  [[nodiscard]] const Field& operator[](std::string_view name) const { return at(name); }
  [[nodiscard]] const Encoding& operator[](std::int64_t batch_index) const { return encoding(batch_index); }
  /// Rows [start, stop) of every field and their encodings; of a single text, tokens [start, stop) of every field, without
  /// the encoding. As Python's slices: null is an end, a negative number counts from there. Error{type}: a field is a number.
  [[nodiscard]] BatchEncoding slice(std::optional<std::int64_t> start, std::optional<std::int64_t> stop) const;
  // As one form; Error{key}, Error{type} when the field has another.
  [[nodiscard]] std::int64_t number(std::string_view name) const;
  [[nodiscard]] const Ints& ints(std::string_view name) const;
  [[nodiscard]] const std::vector<Ints>& rows(std::string_view name) const;
  [[nodiscard]] const Tensor& tensor(std::string_view name) const;
  /// Sets a field, or appends it.
  void set(std::string_view name, Field value);

  /// Turns every field into a tensor (shape [rows, tokens]; offset_mapping [rows, tokens, 2]); numbers that a caller
  /// put in as fractions become float32. `prepend_batch_axis`: a first axis of extent 1.
  /// Error{value}, which advises to pad, when rows have different lengths.
  void convert_to_tensors(DType dtype = DType::i64, bool prepend_batch_axis = false);
  /// The fields as an object, keys in order; offsets as [start, end].
  [[nodiscard]] Json to_json() const;

  /// What the reference would log about the call, each sentence once. The reference repeats most of them only
  /// for another tokenizer; here every call has its own.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  void add_warning(std::string sentence);

  // --- rows in every detail (fast form) ---
  [[nodiscard]] bool is_fast() const noexcept { return fast_; }
  [[nodiscard]] std::span<const Encoding> encodings() const noexcept { return encodings_; }  ///< one a row; empty for the slow form
  [[nodiscard]] const Encoding& encoding(std::int64_t batch_index) const;                    ///< Error{key} slow, Error{index}
  [[nodiscard]] std::optional<std::int32_t> n_sequences() const noexcept;                    ///< texts an input has; null for the slow form

  // Error{value} for the slow form, Error{index} when there is no such row.
  [[nodiscard]] const std::vector<std::string>& tokens(std::int64_t batch_index = 0) const;
  [[nodiscard]] const std::vector<std::int32_t>& word_ids(std::int64_t batch_index = 0) const;      ///< -1: none
  [[nodiscard]] const std::vector<std::int32_t>& sequence_ids(std::int64_t batch_index = 0) const;  ///< -1: none

  // Null when there is none. A negative index is Error{key} or Error{value}, as the reference's exception is.
  [[nodiscard]] std::optional<std::int32_t> token_to_sequence(std::int64_t batch_index, std::int64_t token) const;
  [[nodiscard]] std::optional<std::int32_t> token_to_sequence(std::int64_t token) const { return token_to_sequence(0, token); }
  [[nodiscard]] std::optional<std::int32_t> token_to_word(std::int64_t batch_index, std::int64_t token) const;
  [[nodiscard]] std::optional<std::int32_t> token_to_word(std::int64_t token) const { return token_to_word(0, token); }
  [[nodiscard]] std::optional<Offsets> token_to_chars(std::int64_t batch_index, std::int64_t token) const;
  [[nodiscard]] std::optional<Offsets> token_to_chars(std::int64_t token) const { return token_to_chars(0, token); }
  // `sequence_index` 0 or 1: the text that the word or character belongs to; a text that is not there stands for the whole row.
  [[nodiscard]] std::optional<TokenSpan> word_to_tokens(std::int64_t batch_index, std::int64_t word, std::int64_t sequence_index) const;
  [[nodiscard]] std::optional<TokenSpan> word_to_tokens(std::int64_t word) const { return word_to_tokens(0, word, 0); }
  [[nodiscard]] Offsets word_to_chars(std::int64_t batch_index, std::int64_t word,
                                      std::int64_t sequence_index) const;  ///< Error{type} when there is no such word
  [[nodiscard]] Offsets word_to_chars(std::int64_t word) const { return word_to_chars(0, word, 0); }
  [[nodiscard]] std::optional<std::int64_t> char_to_token(std::int64_t batch_index, std::int64_t position,
                                                          std::int64_t sequence_index) const;
  [[nodiscard]] std::optional<std::int64_t> char_to_token(std::int64_t position) const { return char_to_token(0, position, 0); }
  [[nodiscard]] std::optional<std::int32_t> char_to_word(std::int64_t batch_index, std::int64_t position,
                                                         std::int64_t sequence_index) const;
  [[nodiscard]] std::optional<std::int32_t> char_to_word(std::int64_t position) const { return char_to_word(0, position, 0); }

  /// The fast form's rows behind the fields (a tokenizer calls this).
  void set_encodings(std::vector<Encoding> encodings);

 private:
  [[nodiscard]] const Encoding& row(std::int64_t batch_index, std::string_view caller) const;
  [[nodiscard]] const Encoding& row(std::int64_t batch_index, std::int64_t item, std::string_view caller) const;  // none may be negative

  std::vector<Member> fields_;
  std::vector<Encoding> encodings_;
  std::vector<std::string> warnings_;
  bool fast_ = false;
};

}  // namespace ALBERT_API albert
