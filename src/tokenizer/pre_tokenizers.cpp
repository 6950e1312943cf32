#include "tokenizer/pre_tokenizers.h"

#include "base/check.h"
#include "tokenizer/pretty_json.h"
#include "tokenizer/unicode_fast.h"
#include "tokenizer/utf8.h"

namespace albert {

void PieceList::clear() {
  text_.clear();
  spans_.clear();
  parts_.clear();
}

void PieceList::append(const NormalizedString& text, std::size_t begin, std::size_t end) {
  text_.append(text.text().substr(begin, end - begin));
  for (std::size_t i = begin; i < end; ++i) spans_.push_back(text.span(i));
}

void PieceList::append(const PieceList& other, const Part& part) {
  text_.append(other.text(part));
  spans_.insert(spans_.end(), other.spans(part), other.spans(part) + (part.end - part.begin));
}

void PieceList::append(char32_t character, Offsets span) {
  text_.push_back(character);
  spans_.push_back(span);
}

void PieceList::close_part(std::size_t begin, std::int64_t token_id) {
  require(text_.size() <= 2 * NormalizedString::max_characters, ErrorCode::resource, "normalised text: {} characters are too many",
          text_.size());
  if (begin < text_.size()) parts_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(text_.size()), token_id});
}

namespace {

class SequencePreTokenizer final : public PreTokenizer {
 public:
  explicit SequencePreTokenizer(std::vector<PreTokenizerPointer> parts) : parts_(std::move(parts)) {}
  void apply(PieceList& pieces, PieceList& spare) const override {
    for (const auto& part : parts_) part->apply(pieces, spare);
  }
  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "Sequence");
    out.key("pretokenizers");
    out.begin_array();
    for (const auto& part : parts_) part->write(out);
    out.end_array();
    out.end_object();
  }

 private:
  std::vector<PreTokenizerPointer> parts_;
};

class Metaspace final : public PreTokenizer {
 public:
  Metaspace(char32_t replacement, bool prefix) : replacement_(replacement), prefix_(prefix) {}

  void apply(PieceList& pieces, PieceList& spare) const override {
    spare.clear();
    for (const auto& part : pieces.parts()) {
      std::size_t begin = spare.size();
      if (part.token_id != PieceList::no_token) {
        spare.append(pieces, part);
        spare.close_part(begin, part.token_id);
        continue;
      }
      const auto text = pieces.text(part);
      const Offsets* spans = pieces.spans(part);
      if (prefix_ && text[0] != replacement_ && text[0] != U' ') spare.append(replacement_, spans[0]);
      for (std::size_t i = 0; i < text.size(); ++i) {
        const char32_t c = text[i] == U' ' ? replacement_ : text[i];
        if (c == replacement_) {
          spare.close_part(begin);
          begin = spare.size();
        }
        spare.append(c, spans[i]);
      }
      spare.close_part(begin);
    }
    std::swap(pieces, spare);
  }

  void write(PrettyJson& out) const override {
    std::string replacement;
    append_utf8(replacement, replacement_);
    out.begin_object();
    out.member("type", "Metaspace");
    out.member("replacement", replacement);
    out.member("add_prefix_space", prefix_);
    out.end_object();
  }

 private:
  char32_t replacement_;
  bool prefix_;
};

// Cuts at White_Space, and on demand around punctuation.
class WordSplit final : public PreTokenizer {
 public:
  enum class Punctuation { inside, alone };
  explicit WordSplit(Punctuation punctuation) : punctuation_(punctuation) {}

  void apply(PieceList& pieces, PieceList&) const override {
    std::vector<PieceList::Part> parts;
    parts.reserve(pieces.text().size() / 4);
    for (const auto& part : pieces.parts()) {
      if (part.token_id != PieceList::no_token) {
        parts.push_back(part);
        continue;
      }
      std::uint32_t begin = part.begin;
      const auto close = [&](std::uint32_t end) {
        if (begin < end) parts.push_back({begin, end, PieceList::no_token});
        begin = end;
      };
      for (std::uint32_t i = part.begin; i < part.end; ++i) {
        const char32_t c = pieces.text()[i];
        if (fast_unicode::is_white_space(c)) {
          close(i);
          begin = i + 1;
        } else if (punctuation_ == Punctuation::alone && fast_unicode::is_bert_punctuation(c)) {
          close(i);
          close(i + 1);
        }
      }
      close(part.end);
    }
    pieces.set_parts(parts);
  }
  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", punctuation_ == Punctuation::alone ? "BertPreTokenizer" : "WhitespaceSplit");
    out.end_object();
  }

 private:
  Punctuation punctuation_;
};

}  // namespace

PreTokenizerPointer make_sequence_pre_tokenizer(std::vector<PreTokenizerPointer> parts) {
  return std::make_unique<SequencePreTokenizer>(std::move(parts));
}
PreTokenizerPointer make_metaspace(char32_t replacement, bool prefix) { return std::make_unique<Metaspace>(replacement, prefix); }
PreTokenizerPointer make_whitespace_split() { return std::make_unique<WordSplit>(WordSplit::Punctuation::inside); }
PreTokenizerPointer make_bert_pre_tokenizer() { return std::make_unique<WordSplit>(WordSplit::Punctuation::alone); }

}  // namespace albert
