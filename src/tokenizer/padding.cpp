#include "tokenizer/padding.h"

#include <algorithm>

#include "base/check.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

template <class T>
void extend(std::vector<T>& values, std::size_t target, const T& filler, Side side) {
  values.insert(side == Side::right ? values.end() : values.begin(), target - values.size(), filler);
}

struct Filler {
  std::int32_t id, type;
  std::string token;
  Side side;
};

void pad_one(Encoding& encoding, std::size_t target, const Filler& filler, bool has_offsets) {
  if (encoding.size() < target) {
    extend(encoding.input_ids, target, filler.id, filler.side);
    extend(encoding.token_type_ids, target, filler.type, filler.side);
    extend(encoding.attention_mask, target, std::int32_t{0}, filler.side);
    extend(encoding.special_tokens_mask, target, std::int32_t{1}, filler.side);
    extend(encoding.tokens, target, filler.token, filler.side);
    extend(encoding.sequence_ids, target, std::int32_t{-1}, filler.side);
    if (has_offsets) {
      extend(encoding.offsets, target, Offsets{}, filler.side);
      extend(encoding.word_ids, target, std::int32_t{-1}, filler.side);
    }
  }
  for (Encoding& window : encoding.overflowing) pad_one(window, target, filler, has_offsets);
}

}  // namespace

std::int64_t round_up(std::int64_t length, std::int64_t multiple) {
  require(multiple != 0, ErrorCode::value, "pad_to_multiple_of cannot be 0");
  constexpr std::int64_t most = std::int64_t{1} << 62;
  require(length >= -most && length <= most && multiple >= -most && multiple <= most, ErrorCode::resource,
          "padding {} tokens to a multiple of {} is too long", length, multiple);
  if (length % multiple == 0) return length;
  const std::int64_t floor = length / multiple - ((length < 0) != (multiple < 0) ? 1 : 0);
  return (floor + 1) * multiple;
}

void check_padded_size(std::int64_t length, std::size_t rows) {
  constexpr std::int64_t limit = std::int64_t{1} << 28;
  require(length <= limit && static_cast<std::uint64_t>(std::max<std::int64_t>(length, 0)) * rows <= limit, ErrorCode::resource,
          "padding {} rows to {} tokens is more than 2^28 tokens", rows, length);
}

void pad_encodings(const Tokenizer& tokenizer, const TokenizerState& state, std::span<Encoding> encodings, const CallOptions& options) {
  if (options.padding == PaddingStrategy::do_not_pad || encodings.empty()) return;
  std::int64_t target = options.max_length.value_or(0);
  if (options.padding == PaddingStrategy::longest) {
    target = 0;
    for (const Encoding& encoding : encodings) target = std::max(target, static_cast<std::int64_t>(encoding.size()));
  }
  if (options.pad_to_multiple_of && !(tokenizer.is_fast() && *options.pad_to_multiple_of == 0))
    target = round_up(target, *options.pad_to_multiple_of);
  target = std::max<std::int64_t>(target, 0);
  std::size_t rows = 0;
  for (const Encoding& encoding : encodings) rows += 1 + encoding.overflowing.size();
  check_padded_size(target, rows);
  const Filler filler{*tokenizer.special_token_id("pad"), state.pad_token_type_id, tokenizer.special_token("pad")->content,
                      state.padding_side};
  for (Encoding& encoding : encodings) pad_one(encoding, static_cast<std::size_t>(target), filler, tokenizer.is_fast());
}

}  // namespace albert
