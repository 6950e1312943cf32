// The Replace normaliser: a literal text, or one of the few regular expressions that occur.
//
// A matcher for exactly those patterns, linear in the text, instead of a regular-expression engine:
// patterns and texts come from files that are not trusted.
#include <optional>

#include "base/check.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pretty_json.h"
#include "tokenizer/unicode_fast.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

/// One character or class of a pattern.
struct Atom {
  struct Range {
    char32_t first, last;
  };
  std::vector<Range> ranges;
  bool white_space = false;
  bool negated = false;
  [[nodiscard]] bool matches(char32_t c) const noexcept {
    bool in = white_space && fast_unicode::is_white_space(c);
    for (const Range& r : ranges) in = in || (c >= r.first && c <= r.last);
    return in != negated;
  }
};

/// A run of `least` to `most` characters that fit one atom.
struct Repetition {
  Atom atom;
  std::size_t least = 1;
  std::size_t most = 1;
};

class PatternParser {
 public:
  explicit PatternParser(std::string_view pattern) : source_(pattern), text_(to_utf32(pattern)) {}

  /// Either a literal, or one repetition.
  void parse(std::u32string& literal, std::optional<Repetition>& repetition) {
    std::vector<Atom> atoms;
    while (position_ < text_.size()) {
      Repetition next;
      next.atom = parse_atom();
      if (parse_quantifier(next)) {
        if (!atoms.empty() || position_ < text_.size()) refuse();
        repetition = std::move(next);
        return;
      }
      atoms.push_back(std::move(next.atom));
    }
    if (atoms.empty()) refuse();
    if (atoms.size() == 1) {
      repetition = Repetition{std::move(atoms[0]), 1, 1};
      return;
    }
    for (const Atom& atom : atoms) {
      if (atom.white_space || atom.negated || atom.ranges.size() != 1 || atom.ranges[0].first != atom.ranges[0].last) refuse();
      literal.push_back(atom.ranges[0].first);
    }
  }

 private:
  [[noreturn]] void refuse() const {
    fail(ErrorCode::not_implemented,
         "regular expression \"{}\": not supported; a literal text, or one character, [class] or \\s with +, {{n}}, {{n,}} or {{n,m}} is",
         source_);
  }

  char32_t take() {
    if (position_ == text_.size()) refuse();
    return text_[position_++];
  }

  void parse_escape(Atom& atom) {
    const char32_t c = take();
    switch (c) {
      case U's':
        atom.white_space = true;
        return;
      case U't':
        atom.ranges.push_back({U'\t', U'\t'});
        return;
      case U'n':
        atom.ranges.push_back({U'\n', U'\n'});
        return;
      case U'r':
        atom.ranges.push_back({U'\r', U'\r'});
        return;
      default:
        break;
    }
    // Letters and digits behind a backslash have meanings of their own.
    if (c >= 0x80 || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'0' && c <= U'9')) refuse();
    atom.ranges.push_back({c, c});
  }

  Atom parse_atom() {
    Atom atom;
    const char32_t c = take();
    if (c == U'\\') {
      parse_escape(atom);
    } else if (c == U'[') {
      parse_class(atom);
    } else {
      if (std::u32string_view(U".^$|()*+?{}[]").find(c) != std::u32string_view::npos) refuse();
      atom.ranges.push_back({c, c});
    }
    return atom;
  }

  void parse_class(Atom& atom) {
    if (position_ < text_.size() && text_[position_] == U'^') {
      atom.negated = true;
      ++position_;
    }
    for (char32_t c = take(); c != U']'; c = take()) {
      if (c == U'\\') {
        parse_escape(atom);
        continue;
      }
      if (c == U'[' || c == U'&' || c == U'-') refuse();
      char32_t last = c;
      if (position_ + 1 < text_.size() && text_[position_] == U'-') {
        last = text_[position_ + 1];
        if (last < c || last == U']' || last == U'\\' || last == U'[' || last == U'&') refuse();
        position_ += 2;
      }
      atom.ranges.push_back({c, last});
    }
    if (atom.ranges.empty() && !atom.white_space) refuse();
  }

  bool parse_quantifier(Repetition& repetition) {
    constexpr std::size_t unlimited = static_cast<std::size_t>(-1);
    if (position_ == text_.size()) return false;
    if (text_[position_] == U'+') {
      ++position_;
      repetition.most = unlimited;
      return true;
    }
    if (text_[position_] != U'{') return false;
    ++position_;
    repetition.least = repetition.most = parse_number();
    char32_t c = take();
    if (c == U',') {
      repetition.most = position_ < text_.size() && text_[position_] != U'}' ? parse_number() : unlimited;
      c = take();
    }
    if (c != U'}' || repetition.least == 0 || repetition.most < repetition.least) refuse();
    return true;
  }

  std::size_t parse_number() {
    std::size_t value = 0, digits = 0;
    for (; position_ < text_.size() && text_[position_] >= U'0' && text_[position_] <= U'9' && digits < 6; ++position_, ++digits)
      value = value * 10 + (text_[position_] - U'0');
    if (digits == 0 || digits == 6) refuse();
    return value;
  }

  std::string_view source_;
  std::u32string text_;
  std::size_t position_ = 0;
};

class Replace final : public Normalizer {
 public:
  Replace(std::string_view pattern, std::string_view content, bool is_regex)
      : pattern_(pattern), content_text_(content), content_(to_utf32(content)), is_regex_(is_regex) {
    if (is_regex) {
      PatternParser(pattern).parse(literal_, repetition_);
    } else {
      literal_ = to_utf32(pattern);
      require(!literal_.empty(), ErrorCode::not_implemented, "normalizer Replace: an empty pattern is not supported");
    }
  }

  void normalize(NormalizedString& text) const override {
    const auto characters = text.text();
    std::size_t begin = 0, end = 0;
    if (!find(characters, 0, begin, end)) return;
    NormalizedString::Rewriter rewriter(text);
    std::size_t done = 0;
    do {
      rewriter.keep(done, begin);
      rewriter.insert(content_, text.span(end - 1));
      done = end;
    } while (find(characters, done, begin, end));
    rewriter.keep(done, characters.size());
    rewriter.finish();
  }

  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "Replace");
    out.key("pattern");
    out.begin_object();
    out.member(is_regex_ ? "Regex" : "String", pattern_);
    out.end_object();
    out.member("content", content_text_);
    out.end_object();
  }

 private:
  // The leftmost match at or behind `from`.
  bool find(std::u32string_view characters, std::size_t from, std::size_t& begin, std::size_t& end) const {
    if (!repetition_) {
      begin = characters.find(literal_, from);
      end = begin + literal_.size();
      return begin != std::u32string_view::npos;
    }
    for (std::size_t i = from; i < characters.size();) {
      if (!repetition_->atom.matches(characters[i])) {
        ++i;
        continue;
      }
      std::size_t length = 1;
      while (length < repetition_->most && i + length < characters.size() && repetition_->atom.matches(characters[i + length])) ++length;
      if (length >= repetition_->least) {
        begin = i;
        end = i + length;
        return true;
      }
      i += length;  // the run is too short, and so is every part of it
    }
    return false;
  }

  std::string pattern_, content_text_;
  std::u32string content_, literal_;
  std::optional<Repetition> repetition_;
  bool is_regex_;
};

}  // namespace

NormalizerPointer make_replace_string(std::string_view pattern, std::string_view content) {
  return std::make_unique<Replace>(pattern, content, false);
}
NormalizerPointer make_replace_regex(std::string_view pattern, std::string_view content) {
  return std::make_unique<Replace>(pattern, content, true);
}

}  // namespace albert
