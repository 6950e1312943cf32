// A text addressed by code points, as offsets address it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/utf8.h"

namespace albert::tasks {

/// The text as the tokenizer reads it: ill-formed bytes are U+FFFD.
class CodePoints {
 public:
  explicit CodePoints(std::string_view text) : text_(replace_invalid_utf8(text)) {
    for (std::size_t i = 0; i < text_.size(); i += utf8_length(text_[i])) starts_.push_back(i);
    starts_.push_back(text_.size());
  }
  [[nodiscard]] std::size_t size() const noexcept { return starts_.size() - 1; }
  /// Python's text[first:last] for indices that are not negative.
  [[nodiscard]] std::string_view slice(std::size_t first, std::size_t last) const {
    last = std::min(last, size());
    if (first >= last) return {};
    return std::string_view(text_).substr(starts_[first], starts_[last] - starts_[first]);
  }

 private:
  std::string text_;
  std::vector<std::size_t> starts_;
};

}  // namespace albert::tasks
