// The normalisers that need no tables of their own; see also normal_forms.cpp, precompiled.cpp, replace.cpp.
#include "tokenizer/normalizers.h"

#include "tokenizer/pretty_json.h"
#include "tokenizer/unicode_fast.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

class SequenceNormalizer final : public Normalizer {
 public:
  explicit SequenceNormalizer(std::vector<NormalizerPointer> parts) : parts_(std::move(parts)) {}
  void normalize(NormalizedString& text) const override {
    for (const auto& part : parts_) part->normalize(text);
  }
  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "Sequence");
    out.key("normalizers");
    out.begin_array();
    for (const auto& part : parts_) part->write(out);
    out.end_array();
    out.end_object();
  }

 private:
  std::vector<NormalizerPointer> parts_;
};

void write_type(PrettyJson& out, std::string_view type) {
  out.begin_object();
  out.member("type", type);
  out.end_object();
}

class StripAccents final : public Normalizer {
 public:
  void normalize(NormalizedString& text) const override { text.remove_if(fast_unicode::is_mark); }
  void write(PrettyJson& out) const override { write_type(out, "StripAccents"); }
};

class Lowercase final : public Normalizer {
 public:
  void normalize(NormalizedString& text) const override {
    char32_t* characters = text.characters();
    bool grows = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char32_t c = characters[i];
      if (c < 0x80) {
        characters[i] = c + (c - U'A' < 26u ? 32u : 0u);
      } else if (c == 0x130) {
        grows = true;
      } else {
        characters[i] = fast_unicode::to_lower(c).first;
      }
    }
    if (grows) expand(text);
  }
  void write(PrettyJson& out) const override { write_type(out, "Lowercase"); }

 private:
  // U+0130 is the one character whose lower-case form is two.
  static void expand(NormalizedString& text) {
    NormalizedString::Rewriter rewriter(text);
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text.text()[i] != 0x130) continue;
      rewriter.keep(done, i);
      rewriter.insert(U"i\u0307", text.span(i));
      done = i + 1;
    }
    rewriter.keep(done, text.size());
    rewriter.finish();
  }
};

class Strip final : public Normalizer {
 public:
  Strip(bool left, bool right) : left_(left), right_(right) {}
  void normalize(NormalizedString& text) const override {
    std::size_t begin = 0, end = text.size();
    const auto characters = text.text();
    if (left_)
      while (begin < end && fast_unicode::is_white_space(characters[begin])) ++begin;
    if (right_)
      while (end > begin && fast_unicode::is_white_space(characters[end - 1])) --end;
    if (begin > 0 || end < text.size()) text.crop(begin, end);
  }
  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "Strip");
    out.member("strip_left", left_);
    out.member("strip_right", right_);
    out.end_object();
  }

 private:
  bool left_, right_;
};

class Prepend final : public Normalizer {
 public:
  explicit Prepend(std::string_view prefix) : prefix_(to_utf32(prefix)) {}
  void normalize(NormalizedString& text) const override {
    if (text.empty() || prefix_.empty()) return;
    NormalizedString::Rewriter rewriter(text);
    rewriter.insert(prefix_, text.span(0));
    rewriter.keep(0, text.size());
    rewriter.finish();
  }
  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "Prepend");
    out.member("prepend", to_utf8(prefix_));
    out.end_object();
  }

 private:
  std::u32string prefix_;
};

class Nmt final : public Normalizer {
 public:
  void normalize(NormalizedString& text) const override {
    text.remove_if([](char32_t c) {
      return (c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
    });
    char32_t* characters = text.characters();
    for (std::size_t i = 0; i < text.size(); ++i)
      if (is_space(characters[i])) characters[i] = U' ';
  }
  void write(PrettyJson& out) const override { write_type(out, "Nmt"); }

 private:
  static bool is_space(char32_t c) {
    if (c < 0x80) return c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D;
    return c == 0x1680 || (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
  }
};

}  // namespace

NormalizerPointer make_sequence_normalizer(std::vector<NormalizerPointer> parts) {
  return std::make_unique<SequenceNormalizer>(std::move(parts));
}
NormalizerPointer make_strip_accents() { return std::make_unique<StripAccents>(); }
NormalizerPointer make_lowercase() { return std::make_unique<Lowercase>(); }
NormalizerPointer make_strip(bool left, bool right) { return std::make_unique<Strip>(left, right); }
NormalizerPointer make_prepend(std::string_view prefix) { return std::make_unique<Prepend>(prefix); }
NormalizerPointer make_nmt() { return std::make_unique<Nmt>(); }

}  // namespace albert
