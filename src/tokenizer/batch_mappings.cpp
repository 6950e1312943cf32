// BatchEncoding: between tokens, words and characters.
#include <algorithm>

#include "albert/batch_encoding.h"
#include "base/check.h"

namespace albert {
namespace {

/// The tokens of one text of the row; a text that the row does not have stands for the whole of it, as in the reference.
TokenSpan tokens_of(const Encoding& row, std::int64_t sequence) {
  if (sequence >= row.n_sequences) return {0, static_cast<std::int64_t>(row.size())};
  const auto is_its = [&](std::int32_t id) { return id == sequence; };
  const auto first = std::find_if(row.sequence_ids.begin(), row.sequence_ids.end(), is_its);
  const auto last = std::find_if_not(first, row.sequence_ids.end(), is_its);
  return {first - row.sequence_ids.begin(), last - row.sequence_ids.begin()};
}

// The reference takes these as unsigned.
void require_unsigned(std::int64_t value, std::string_view what) {
  require(value >= 0, ErrorCode::value, "the {} has to be 0 or more, not {}", what, value);
}

std::optional<std::int32_t> held(const std::vector<std::int32_t>& ids, std::int64_t token) {
  if (token >= static_cast<std::int64_t>(ids.size()) || ids[static_cast<std::size_t>(token)] < 0) return std::nullopt;
  return ids[static_cast<std::size_t>(token)];
}

std::optional<std::int64_t> find_char(const Encoding& row, std::int64_t position, std::int64_t sequence) {
  const TokenSpan range = tokens_of(row, sequence);
  for (std::int64_t token = range.start; token < range.end; ++token) {
    const Offsets& offsets = row.offsets[static_cast<std::size_t>(token)];
    if (position >= offsets.start && position < offsets.end) return token;
  }
  return std::nullopt;
}

std::optional<std::int32_t> word_of(const Encoding& row, std::int64_t token) {
  if (!held(row.sequence_ids, token)) return std::nullopt;
  return held(row.word_ids, token);
}

std::optional<TokenSpan> find_word(const Encoding& row, std::int64_t word, std::int64_t sequence) {
  const TokenSpan range = tokens_of(row, sequence);
  std::optional<TokenSpan> span;
  // Words come in order; a token without one (-1) does not end the search.
  for (std::int64_t token = range.start; token < range.end && row.word_ids[static_cast<std::size_t>(token)] <= word; ++token) {
    if (row.word_ids[static_cast<std::size_t>(token)] != word) continue;
    if (!span) span = TokenSpan{token, token};
    span->end = token + 1;
  }
  return span;
}

}  // namespace

const Encoding& BatchEncoding::row(std::int64_t batch_index, std::int64_t item, std::string_view caller) const {
  if (fast_)
    require(batch_index >= 0 && item >= 0, ErrorCode::key, "{}: the row and the token or word have to be 0 or more, got {} and {}", caller,
            batch_index, item);
  return row(batch_index, caller);
}

const Encoding& BatchEncoding::row(std::int64_t batch_index, std::string_view caller) const {
  require(fast_, ErrorCode::value, "{} is not available: only the fast form knows it", caller);
  const auto count = static_cast<std::int64_t>(encodings_.size());
  require(batch_index < count && batch_index >= -count, ErrorCode::index, "{}: there is no row {} among {}", caller, batch_index, count);
  return encodings_[static_cast<std::size_t>(batch_index < 0 ? batch_index + count : batch_index)];
}

const Encoding& BatchEncoding::encoding(std::int64_t batch_index) const {
  require(fast_, ErrorCode::key, "a row as a whole is there for the fast form only; the fields have names");
  return row(batch_index, "encoding");
}

std::optional<std::int32_t> BatchEncoding::n_sequences() const noexcept {
  if (encodings_.empty()) return std::nullopt;
  return encodings_.front().n_sequences;
}

const std::vector<std::string>& BatchEncoding::tokens(std::int64_t batch_index) const { return row(batch_index, "tokens").tokens; }
const std::vector<std::int32_t>& BatchEncoding::word_ids(std::int64_t batch_index) const { return row(batch_index, "word_ids").word_ids; }
const std::vector<std::int32_t>& BatchEncoding::sequence_ids(std::int64_t batch_index) const {
  return row(batch_index, "sequence_ids").sequence_ids;
}

std::optional<std::int32_t> BatchEncoding::token_to_sequence(std::int64_t batch_index, std::int64_t token) const {
  const Encoding& encoding = row(batch_index, token, "token_to_sequence");
  return held(encoding.sequence_ids, token);
}

std::optional<std::int32_t> BatchEncoding::token_to_word(std::int64_t batch_index, std::int64_t token) const {
  const Encoding& encoding = row(batch_index, token, "token_to_word");
  return word_of(encoding, token);
}

std::optional<Offsets> BatchEncoding::token_to_chars(std::int64_t batch_index, std::int64_t token) const {
  const Encoding& encoding = row(batch_index, "token_to_chars");
  require_unsigned(token, "token");
  if (!held(encoding.sequence_ids, token)) return std::nullopt;
  return encoding.offsets[static_cast<std::size_t>(token)];
}

std::optional<TokenSpan> BatchEncoding::word_to_tokens(std::int64_t batch_index, std::int64_t word, std::int64_t sequence_index) const {
  const Encoding& encoding = row(batch_index, word, "word_to_tokens");
  require_unsigned(sequence_index, "sequence index");
  return find_word(encoding, word, sequence_index);
}

Offsets BatchEncoding::word_to_chars(std::int64_t batch_index, std::int64_t word, std::int64_t sequence_index) const {
  const Encoding& encoding = row(batch_index, "word_to_chars");
  require_unsigned(word, "word");
  require_unsigned(sequence_index, "sequence index");
  const auto span = find_word(encoding, word, sequence_index);
  require(span.has_value(), ErrorCode::type, "word_to_chars: there is no word {}", word);
  return {encoding.offsets[static_cast<std::size_t>(span->start)].start, encoding.offsets[static_cast<std::size_t>(span->end - 1)].end};
}

std::optional<std::int64_t> BatchEncoding::char_to_token(std::int64_t batch_index, std::int64_t position,
                                                         std::int64_t sequence_index) const {
  const Encoding& encoding = row(batch_index, "char_to_token");
  require_unsigned(position, "position");
  require_unsigned(sequence_index, "sequence index");
  return find_char(encoding, position, sequence_index);
}

std::optional<std::int32_t> BatchEncoding::char_to_word(std::int64_t batch_index, std::int64_t position,
                                                        std::int64_t sequence_index) const {
  const Encoding& encoding = row(batch_index, "char_to_word");
  require_unsigned(position, "position");
  require_unsigned(sequence_index, "sequence index");
  const auto token = find_char(encoding, position, sequence_index);
  return token ? word_of(encoding, *token) : std::nullopt;
}

}  // namespace albert
