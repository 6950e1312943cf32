// Sets of characters: sorted ranges of code points, and what utf8proc's categories say.
#pragma once

#include <utf8proc.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace albert {

struct CodeRange {
  char32_t first, last;
};

/// Whether one of the sorted `ranges` has the character.
[[nodiscard]] inline bool contains(std::span<const CodeRange> ranges, char32_t code) noexcept {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), code, [](char32_t c, const CodeRange& range) { return c < range.first; });
  return after != ranges.begin() && code <= std::prev(after)->last;
}

/// General category P*, in the version of Unicode that utf8proc has.
[[nodiscard]] inline bool is_punctuation_by_category(char32_t code) noexcept {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
      return true;
    default:
      return false;
  }
}

}  // namespace albert
