// The Precompiled normaliser: a SentencePiece character map applied cluster by cluster.
#include <array>

#include "base/check.h"
#include "tokenizer/base64.h"
#include "tokenizer/darts.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pretty_json.h"
#include "tokenizer/unicode_fast.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

class Precompiled final : public Normalizer {
 public:
  explicit Precompiled(std::string blob) : blob_(std::move(blob)), map_(blob_) {
    for (char32_t c = 0; c < ascii_.size(); ++c) {
      const std::string text(1, static_cast<char>(c));
      std::string_view replacement;
      if (!lookup(text, replacement)) continue;
      // A single ASCII character is by far the usual replacement; anything else takes the long way.
      ascii_[c] =
          replacement.size() == 1 && static_cast<std::uint8_t>(replacement[0]) < 0x80 ? static_cast<std::int8_t>(replacement[0]) : complex;
    }
  }

  void normalize(NormalizedString& text) const override {
    const auto characters = text.text();
    std::size_t i = 0;
    while (i < characters.size() && is_plain(characters, i)) ++i;
    if (i == characters.size()) return;
    Output out{std::u32string(characters.substr(0, i)), std::vector<std::int32_t>(i, 0), false};
    out.text.reserve(characters.size());
    out.marks.reserve(characters.size());
    std::string cluster;
    while (i < characters.size()) {
      const char32_t c = characters[i];
      if (is_alone(characters, i) && c < 0x80 && ascii_[c] != complex) {
        out.modified = out.modified || ascii_[c] != unchanged;
        out.keep(ascii_[c] == unchanged ? c : static_cast<char32_t>(ascii_[c]));
        ++i;
        continue;
      }
      const std::size_t end = cluster_end(characters, i);
      transform_cluster(characters.substr(i, end - i), cluster, out);
      require(out.text.size() <= NormalizedString::max_characters, ErrorCode::resource, "normalised text: more than {} characters",
              NormalizedString::max_characters);
      i = end;
    }
    if (out.modified) text.realign(out.text, out.marks);
  }

  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "Precompiled");
    out.member("precompiled_charsmap", encode_base64(blob_));
    out.end_object();
  }

 private:
  static constexpr std::int8_t unchanged = -1, complex = -2;

  struct Output {
    std::u32string text;
    std::vector<std::int32_t> marks;
    bool modified = false;
    void keep(char32_t c) {
      text.push_back(c);
      marks.push_back(0);
    }
  };

  // The shortest key that begins `text`; a NUL ends the walk.
  bool lookup(std::string_view text, std::string_view& replacement) const {
    const auto match = map_.shortest(text.substr(0, text.find('\0')));
    replacement = match.replacement;
    return match.length > 0;
  }

  // No cluster continues or begins between ASCII characters other than CR LF.
  static bool is_alone(std::u32string_view characters, std::size_t i) {
    if (characters[i] >= 0x80) return false;
    if (i + 1 == characters.size()) return true;
    return characters[i + 1] < 0x80 && characters[i] != U'\r';
  }
  bool is_plain(std::u32string_view characters, std::size_t i) const {
    return is_alone(characters, i) && ascii_[characters[i]] == unchanged;
  }

  static std::size_t cluster_end(std::u32string_view characters, std::size_t begin) {
    std::int32_t state = 0;
    std::size_t end = begin + 1;
    while (end < characters.size() && !fast_unicode::is_cluster_boundary(characters[end - 1], characters[end], state)) ++end;
    return end;
  }

  void transform_cluster(std::u32string_view characters, std::string& bytes, Output& out) const {
    bytes.clear();
    for (std::size_t i = 0; i < characters.size() && bytes.size() < 6; ++i) append_utf8(bytes, characters[i]);
    std::string_view replacement;
    if (bytes.size() < 6 && lookup(bytes, replacement)) {
      replace(characters.size(), replacement, out);
      return;
    }
    for (const char32_t c : characters) {
      bytes.clear();
      append_utf8(bytes, c);
      if (lookup(bytes, replacement))
        replace(1, replacement, out);
      else
        out.keep(c);
    }
  }

  // The last characters of a longer replacement are insertions; what a shorter one drops is charged
  // to the last character of the output so far, whichever that is, or to nobody.
  static void replace(std::size_t old_count, std::string_view replacement, Output& out) {
    out.modified = true;
    std::size_t new_count = 0;
    for (std::size_t i = 0; i < replacement.size(); ++new_count) {
      const auto decoded = decode_utf8(replacement, i);
      out.text.push_back(decoded.code);
      out.marks.push_back(new_count < old_count ? 0 : 1);
      i += decoded.length;
    }
    if (new_count < old_count && !out.marks.empty()) out.marks.back() -= static_cast<std::int32_t>(old_count - new_count);
  }

  std::string blob_;
  CharacterMap map_;
  std::array<std::int8_t, 128> ascii_ = [] {
    std::array<std::int8_t, 128> table;
    table.fill(unchanged);
    return table;
  }();
};

}  // namespace

NormalizerPointer make_precompiled(std::string blob) { return std::make_unique<Precompiled>(std::move(blob)); }

}  // namespace albert
