#include "tokenizer/encoding_parts.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace albert {
namespace {

constexpr std::size_t max_window_tokens = std::size_t{1} << 27;

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

template <class T>
void prepend(std::vector<T>& to, const std::vector<T>& front) {
  to.insert(to.begin(), front.begin(), front.end());
}

template <class T>
std::vector<T> slice(const std::vector<T>& values, std::size_t begin, std::size_t end) {
  return {values.begin() + static_cast<std::ptrdiff_t>(begin), values.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// visit(member) for each of the vectors that have one element a token.
template <class Visit>
void for_each_field(const Visit& visit) {
  visit(&Encoding::input_ids);
  visit(&Encoding::token_type_ids);
  visit(&Encoding::attention_mask);
  visit(&Encoding::special_tokens_mask);
  visit(&Encoding::tokens);
  visit(&Encoding::offsets);
  visit(&Encoding::word_ids);
  visit(&Encoding::sequence_ids);
}

std::size_t window_tokens(const Encoding& encoding) {
  std::size_t tokens = 0;
  for (const Encoding& window : encoding.overflowing) tokens += window.size();
  return tokens;
}

}  // namespace

void append_tokens(Encoding& to, const Encoding& more) {
  for_each_field([&](auto field) { append(to.*field, more.*field); });
}

Encoding slice_tokens(const Encoding& encoding, std::size_t begin, std::size_t end) {
  Encoding part;
  for_each_field([&](auto field) { part.*field = slice(encoding.*field, begin, end); });
  return part;
}

void merge_with(Encoding& to, Encoding&& more) {
  if (to.size() < more.size() && to.overflowing.empty() && more.overflowing.empty()) {
    // The usual case, [CLS] and a text: the long one is not copied.
    for_each_field([&](auto field) { prepend(more.*field, to.*field); });
    to = std::move(more);
    return;
  }
  if (!to.overflowing.empty() || !more.overflowing.empty()) {
    const std::size_t own = to.overflowing.size(), others = more.overflowing.size();
    const std::size_t own_tokens = window_tokens(to), other_tokens = window_tokens(more);
    // Every number below is under 2^32, so the products do not wrap.
    const std::size_t total = own_tokens * (others + 1) + own * (more.size() + other_tokens) + to.size() * others + other_tokens;
    require(total <= max_window_tokens, ErrorCode::resource, "the overflow windows of the two texts together have {} tokens, more than {}",
            total, max_window_tokens);
    std::vector<Encoding> windows;
    windows.reserve(own * (others + 1) + others);
    const auto combine = [&](const Encoding& a, const Encoding& b) {
      windows.push_back(slice_tokens(a, 0, a.size()));
      append_tokens(windows.back(), b);
    };
    for (const Encoding& window : to.overflowing) {
      combine(window, more);
      for (const Encoding& other : more.overflowing) combine(window, other);
    }
    for (const Encoding& other : more.overflowing) combine(to, other);
    to.overflowing = std::move(windows);
  }
  append_tokens(to, more);
}

void truncate_encoding(Encoding& encoding, std::size_t length, std::size_t stride, Side side, bool keep_overflow) {
  const std::size_t size = encoding.size();
  if (length >= size) return;
  if (length == 0) {
    Encoding whole = std::exchange(encoding, {});
    if (keep_overflow) encoding.overflowing.push_back(std::move(whole));
    return;
  }
  require(stride < length, ErrorCode::value, "stride {} has to be smaller than the {} tokens a window has room for", stride, length);
  const std::size_t step = length - stride;
  const std::size_t windows = 1 + (size - length + step - 1) / step;
  require(!keep_overflow || windows * length <= max_window_tokens, ErrorCode::resource, "{} windows of {} tokens are too many", windows,
          length);
  Encoding result;
  for (std::size_t i = 0; i < (keep_overflow ? windows : 1); ++i) {
    std::size_t begin, end;
    if (side == Side::right) {
      begin = i * step;
      end = std::min(begin + length, size);
    } else {
      end = size - i * step;
      begin = end < length ? 0 : end - length;
    }
    if (i == 0)
      result = slice_tokens(encoding, begin, end);
    else
      result.overflowing.push_back(slice_tokens(encoding, begin, end));
  }
  encoding = std::move(result);
}

void truncate_encodings(Encoding& first, Encoding* second, const Truncation& truncation, bool keep_overflow) {
  const auto cut = [&](Encoding& encoding, std::uint64_t length) {
    truncate_encoding(encoding, static_cast<std::size_t>(length), static_cast<std::size_t>(truncation.stride), truncation.side,
                      keep_overflow);
  };
  const std::uint64_t maximum = truncation.max_length;
  if (maximum == 0) {
    cut(first, 0);
    if (second) cut(*second, 0);
    return;
  }
  const std::uint64_t total = first.size() + (second ? second->size() : 0);
  if (total <= maximum || truncation.strategy == TruncationStrategy::do_not_truncate) return;
  const std::uint64_t remove = total - maximum;
  if (truncation.strategy == TruncationStrategy::longest_first) {
    if (!second) {
      cut(first, maximum);
      return;
    }
    std::uint64_t shorter = first.size(), longer = second->size();
    const bool swapped = shorter > longer;
    if (swapped) std::swap(shorter, longer);
    longer = shorter > maximum ? shorter : std::max(shorter, maximum - shorter);
    if (shorter + longer > maximum) {
      shorter = maximum / 2;
      longer = shorter + maximum % 2;
    }
    if (swapped) std::swap(shorter, longer);
    cut(first, shorter);
    cut(*second, longer);
    return;
  }
  Encoding* target = truncation.strategy == TruncationStrategy::only_first ? &first : second;
  require(target != nullptr, ErrorCode::value, "truncation only_second: there is no second text");
  require(target->size() > remove, ErrorCode::value, "truncation {}: {} tokens have to go, but that text has only {}; use longest_first",
          target == &first ? "only_first" : "only_second", remove, target->size());
  cut(*target, target->size() - remove);
}

}  // namespace albert
