// The pre-tokenisers of a tokenizer.json: they cut a normalised text into pre-tokens.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizer/normalized_string.h"

namespace albert {

class PrettyJson;

/// A text in pieces: pre-tokens, and added tokens that were cut out of it.
class PieceList {
 public:
  static constexpr std::int64_t no_token = -1;
  struct Part {
    std::uint32_t begin, end;  // into text()
    std::int64_t token_id;     // of an added token, or no_token
  };

  void clear();
  [[nodiscard]] const std::vector<Part>& parts() const noexcept { return parts_; }
  [[nodiscard]] std::u32string_view text() const noexcept { return text_; }
  [[nodiscard]] std::u32string_view text(const Part& part) const noexcept {
    return std::u32string_view(text_).substr(part.begin, part.end - part.begin);
  }
  /// The spans of a part's characters.
  [[nodiscard]] const Offsets* spans(const Part& part) const noexcept { return spans_.data() + part.begin; }

  /// Appends characters to the text; they belong to no part yet.
  void append(const NormalizedString& text, std::size_t begin, std::size_t end);
  void append(const PieceList& other, const Part& part);
  void append(char32_t character, Offsets span);
  /// Makes the text from `begin` on one part, unless it is empty.
  void close_part(std::size_t begin, std::int64_t token_id = no_token);
  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }

  /// Replaces the parts, the text stays.
  void set_parts(std::vector<Part>& parts) { parts_.swap(parts); }

 private:
  std::u32string text_;
  std::vector<Offsets> spans_;
  std::vector<Part> parts_;
};

/// One pre-tokeniser. Safe to share between threads.
class PreTokenizer {
 public:
  virtual ~PreTokenizer() = default;
  /// Cuts every part that is no added token. `spare` is memory for the next state.
  virtual void apply(PieceList& pieces, PieceList& spare) const = 0;
  virtual void write(PrettyJson& out) const = 0;
};

using PreTokenizerPointer = std::unique_ptr<const PreTokenizer>;

PreTokenizerPointer make_sequence_pre_tokenizer(std::vector<PreTokenizerPointer> parts);
/// Spaces become `replacement`; with `prefix` a part that does not begin with it gets one in front;
/// every `replacement` begins a new part.
PreTokenizerPointer make_metaspace(char32_t replacement, bool prefix);
/// Cuts at White_Space, which is dropped.
PreTokenizerPointer make_whitespace_split();
/// The same, and every punctuation character is a part of its own.
PreTokenizerPointer make_bert_pre_tokenizer();

}  // namespace albert
