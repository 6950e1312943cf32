#include "tokenizer/normalized_string.h"

#include "base/check.h"

namespace albert {

void NormalizedString::assign(std::u32string_view text, std::uint32_t first) {
  text_.assign(text);
  first_ = first;
  identity_ = true;
}

void NormalizedString::materialize() {
  if (!identity_) return;
  spans_.resize(text_.size());
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const auto start = first_ + static_cast<std::uint32_t>(i);
    spans_[i] = {start, start + 1};
  }
  identity_ = false;
}

void NormalizedString::crop(std::size_t begin, std::size_t end) {
  text_.erase(end);
  text_.erase(0, begin);
  if (identity_) {
    first_ += static_cast<std::uint32_t>(begin);
  } else {
    spans_.resize(end);
    spans_.erase(spans_.begin(), spans_.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

void NormalizedString::realign(std::u32string& text, std::vector<std::int32_t>& marks) {
  require(text.size() <= max_characters, ErrorCode::resource, "normalised text: {} characters are more than {}", text.size(),
          max_characters);
  bool changed = text.size() != text_.size();
  for (std::size_t i = 0; i < marks.size() && !changed; ++i) changed = marks[i] != 0;
  if (changed) {
    next_spans_.clear();
    next_spans_.reserve(text.size());
    std::size_t position = 0;
    for (const std::int32_t mark : marks) {
      if (mark > 0) {
        next_spans_.push_back(position == 0 ? Offsets{0, 0} : span(position - 1));
      } else {
        require(position < text_.size(), ErrorCode::internal, "re-alignment consumes more characters than there are");
        next_spans_.push_back(span(position));
        position += 1 + static_cast<std::size_t>(-std::int64_t{mark});
      }
    }
    spans_.swap(next_spans_);
    identity_ = false;
  }
  text_.swap(text);
}

NormalizedString::Rewriter::Rewriter(NormalizedString& string) : string_(string) {
  string_.next_text_.clear();
  string_.next_spans_.clear();
}

void NormalizedString::Rewriter::reserve_for(std::size_t more) const {
  require(more <= max_characters && string_.next_text_.size() <= max_characters - more, ErrorCode::resource,
          "normalised text: more than {} characters", max_characters);
}

void NormalizedString::Rewriter::keep(std::size_t begin, std::size_t end) {
  reserve_for(end - begin);
  string_.next_text_.append(string_.text_, begin, end - begin);
  if (string_.identity_) {
    for (std::size_t i = begin; i < end; ++i) string_.next_spans_.push_back(string_.span(i));
  } else {
    string_.next_spans_.insert(string_.next_spans_.end(), string_.spans_.begin() + static_cast<std::ptrdiff_t>(begin),
                               string_.spans_.begin() + static_cast<std::ptrdiff_t>(end));
  }
}

void NormalizedString::Rewriter::insert(char32_t character, Offsets span) {
  reserve_for(1);
  string_.next_text_.push_back(character);
  string_.next_spans_.push_back(span);
}

void NormalizedString::Rewriter::insert(std::u32string_view text, Offsets span) {
  reserve_for(text.size());
  string_.next_text_.append(text);
  string_.next_spans_.insert(string_.next_spans_.end(), text.size(), span);
}

void NormalizedString::Rewriter::finish() {
  string_.text_.swap(string_.next_text_);
  string_.spans_.swap(string_.next_spans_);
  string_.identity_ = false;
}

}  // namespace albert
