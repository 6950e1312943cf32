// A text while it is being normalised: its characters, and for each the original ones it came from.
//
// Every character carries the span of an original character (in code points of the whole input). A
// token's offsets are the start of its first character's span and the end of its last one's, so
// each normaliser must say what happens to the spans; the rules are those of the `tokenizers`
// library, kept where they look odd (see realign).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "albert/tokenizer.h"

namespace albert {

class NormalizedString {
 public:
  /// More characters than this are refused with Error{resource}: normalising must not grow without bound.
  static constexpr std::size_t max_characters = std::size_t{12} << 20;

  /// `text` unchanged, standing at code point `first` of the input.
  void assign(std::u32string_view text, std::uint32_t first);

  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] std::u32string_view text() const noexcept { return text_; }
  [[nodiscard]] Offsets span(std::size_t i) const noexcept {
    if (!identity_) return spans_[i];
    const auto start = first_ + static_cast<std::uint32_t>(i);
    return {start, start + 1};
  }

  /// For replacing characters one by one where they stand; spans stay.
  [[nodiscard]] char32_t* characters() noexcept { return text_.data(); }
  /// Keeps characters [begin, end) only.
  void crop(std::size_t begin, std::size_t end);
  /// Removes the characters for which remove(character) holds; the others keep their spans.
  template <class Remove>
  void remove_if(Remove&& remove);

  /// Re-alignment. `text` becomes the text; its marks say how each new character relates to the old
  /// ones, which are consumed in order: 0 replaces the next one (and takes its span); -n replaces it
  /// and skips n more; +1 is inserted and repeats the span before the current position, (0, 0) when
  /// there is none. Both arguments are left unspecified (their memory is reused).
  void realign(std::u32string& text, std::vector<std::int32_t>& marks);

  /// Builds the next state of a string from parts that are kept and characters that are new.
  class Rewriter {
   public:
    explicit Rewriter(NormalizedString& string);
    void keep(std::size_t begin, std::size_t end);
    void insert(char32_t character, Offsets span);
    void insert(std::u32string_view text, Offsets span);
    /// Makes what was built the string's content.
    void finish();

   private:
    void reserve_for(std::size_t more) const;
    NormalizedString& string_;
  };

 private:
  void materialize();

  std::u32string text_;
  std::vector<Offsets> spans_;  // unused while identity_
  std::uint32_t first_ = 0;
  bool identity_ = true;      // character i stands for original character first_ + i
  std::u32string next_text_;  // memory for the next state
  std::vector<Offsets> next_spans_;
};

template <class Remove>
void NormalizedString::remove_if(Remove&& remove) {
  std::size_t i = 0;
  while (i < text_.size() && !remove(text_[i])) ++i;
  if (i == text_.size()) return;
  materialize();
  std::size_t kept = i;
  for (++i; i < text_.size(); ++i) {
    if (remove(text_[i])) continue;
    text_[kept] = text_[i];
    spans_[kept++] = spans_[i];
  }
  text_.resize(kept);
  spans_.resize(kept);
}

}  // namespace albert
