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

void pad_encodings(const Tokenizer& tokenizer, const TokenizerState& state, std::span<Encoding> encodings, const CallOptions& options) {
  if (options.padding == PaddingStrategy::do_not_pad || encodings.empty()) return;
  std::uint64_t target = 0;
  if (options.padding == PaddingStrategy::longest) {
    for (const Encoding& encoding : encodings) target = std::max<std::uint64_t>(target, encoding.size());
  } else {
    target = static_cast<std::uint64_t>(std::max<std::int64_t>(0, options.max_length.value_or(0)));
  }
  std::uint64_t rows = 0;
  for (const Encoding& encoding : encodings) rows += 1 + encoding.overflowing.size();
  constexpr std::uint64_t limit = std::uint64_t{1} << 28;
  require(target <= limit && target * rows <= limit, ErrorCode::resource, "padding {} rows to {} tokens is more than 2^28 tokens", rows,
          target);
  if (options.pad_to_multiple_of) {
    const auto multiple = static_cast<std::uint64_t>(*options.pad_to_multiple_of);
    const std::uint64_t remainder = target % multiple;
    if (remainder != 0) target += multiple - remainder;
    require(target <= limit && target * rows <= limit, ErrorCode::resource, "padding {} rows to {} tokens is more than 2^28 tokens", rows,
            target);
  }
  const Filler filler{*tokenizer.special_token_id("pad"), state.pad_token_type_id, tokenizer.special_token("pad")->content,
                      state.padding_side};
  for (Encoding& encoding : encodings) pad_one(encoding, static_cast<std::size_t>(target), filler, tokenizer.is_fast());
}

}  // namespace albert
