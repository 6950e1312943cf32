// What the offsets of the fast form mean, over texts of every Unicode block.
//
// For a text without leading removals (see below) and each of its tokens, let `slice` be the text
// under the token's offsets and N its normalisation, on its own. Then N = before + token + after:
//   * `before` is empty, or what the slice's first character gives to the token before;
//   * `after` is empty, or what the slice's last character gives to the token behind
//     ("½" becomes "1", "⁄", "2", and each of them has the offsets of the whole "½");
//   * the "▁" of a token stands for a blank in N, or, where the pre-tokeniser has put it in front of
//     a word, for nothing: it has the offsets of the word's first character.
// Offsets are in order and within the text, and two neighbours have at most one character in common.
//
// The exceptions are the reference's own (tokenizers 0.14):
//   * a quotation mark made of two characters (`` or '') has the offsets of the second alone;
//   * a character that the character map removes is charged to the character before it, and when it
//     stands before all others of its piece to nobody: the offsets of the whole piece then lie that
//     many characters too far left ("leading removals"; only order and range hold);
//   * where accents are kept, nothing is decomposed before the character map, which then composes and
//     decomposes whole grapheme clusters and hands their characters out one by one: read "cluster,
//     with the removed characters behind it" for "character" above; of blanks in a row, some of which may
//     stand in that cluster, the last one has the offsets.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/file.h"
#include "tokenizer/derive_fast.h"
#include "tokenizer/unicode_fast.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

const std::string source = ALBERT_SOURCE_DIR;

enum class Form { derived, published, cased };

std::unique_ptr<FastPipeline> make(Form form) {
  const auto model = SentencePieceModel::parse(MappedFile::open(source + "/models/albert-mini-en/spiece.model"));
  const bool cased = form == Form::cased;
  auto pipeline = derive_fast_pipeline(*model, {.do_lower_case = !cased, .keep_accents = cased, .cls_id = 2, .sep_id = 3});
  if (form == Form::published) {  // as in the files on the hub: words are split off before blanks are marked
    std::vector<NormalizerPointer> normalizers;
    normalizers.push_back(make_replace_string("``", "\""));
    normalizers.push_back(make_replace_string("''", "\""));
    normalizers.push_back(make_normal_form(NormalForm::nfkd));
    normalizers.push_back(make_strip_accents());
    normalizers.push_back(make_lowercase());
    normalizers.push_back(make_precompiled(std::string(model->precompiled_charsmap)));
    pipeline->normalizer = make_sequence_normalizer(std::move(normalizers));
    std::vector<PreTokenizerPointer> parts;
    parts.push_back(make_whitespace_split());
    parts.push_back(make_metaspace(0x2581, true));
    pipeline->pre_tokenizer = make_sequence_pre_tokenizer(std::move(parts));
  }
  return pipeline;
}

class OffsetsHold : public testing::TestWithParam<Form> {
 protected:
  std::u32string normalized(std::u32string_view text) const {
    NormalizedString string;
    string.assign(text, 0);
    pipeline_->normalizer->normalize(string);
    return std::u32string(string.text());
  }

  bool leading_removal(std::u32string_view text) const {
    for (const char32_t c : text) {
      if (!normalized({&c, 1}).empty()) return false;
      if (GetParam() == Form::cased || !fast_unicode::is_mark(c)) return true;
    }
    return false;
  }

  /// Whether `token` reads the slice [start, end) as described above.
  bool reads(const std::u32string& whole, std::u32string token, const std::u32string& first, const std::u32string& last, bool shares_first,
             bool shares_last) const {
    for (char32_t& c : token)
      if (c == 0x2581) c = U' ';
    for (const bool put_in_front : {false, true}) {
      if (put_in_front && !token.starts_with(U' ')) break;
      const std::u32string_view shown = std::u32string_view(token).substr(put_in_front ? 1 : 0);
      if (put_in_front && shown.empty()) return shares_last;
      for (std::size_t at = whole.find(shown); at != std::u32string::npos; at = whole.find(shown, at + 1)) {
        const std::u32string_view before = std::u32string_view(whole).substr(0, at),
                                  after = std::u32string_view(whole).substr(at + shown.size());
        const bool before_ok = before.empty() || (shares_first && first.starts_with(before));
        const bool blank = GetParam() == Form::cased && after.find_first_not_of(U' ') == after.npos;
        const bool after_ok = after.empty() || blank || (shares_last && last.ends_with(after));
        if (before_ok && after_ok) return true;
      }
    }
    return false;
  }

  /// Where the units of a text begin: its characters, or (accents kept) its clusters with removed characters behind them.
  std::vector<std::size_t> units_of(std::u32string_view text) const {
    std::vector<std::size_t> starts;
    std::int32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool inside = GetParam() == Form::cased && i > 0 &&
                          (!fast_unicode::is_cluster_boundary(text[i - 1], text[i], state) || normalized(text.substr(i, 1)).empty());
      if (!inside) starts.push_back(i);
    }
    starts.push_back(text.size());
    return starts;
  }

  void check(std::u32string_view text) const {
    const std::string bytes = to_utf8(text);
    const Encoding e = pipeline_->encode({.text = bytes});
    const bool weak = leading_removal(text);
    const std::vector<std::size_t> units = units_of(text);
    for (std::size_t i = 0; i < e.size(); ++i) {
      const auto [start, end] = e.offsets[i];
      ASSERT_LE(start, end) << bytes;
      ASSERT_LE(end, text.size()) << bytes;
      if (i > 0) {
        ASSERT_LE(e.offsets[i - 1].start, start) << bytes << " token " << i;
        ASSERT_LE(e.offsets[i - 1].end, end) << bytes << " token " << i;
        if (!weak) {
          ASSERT_LE(e.offsets[i - 1].end, start + 1) << bytes << " token " << i;
        }
      }
      loose_ += weak ? 1 : 0;
      if (weak) continue;
      ASSERT_LT(start, end) << bytes << " token " << i;
      const std::size_t from = *std::prev(std::upper_bound(units.begin(), units.end(), start));
      const std::size_t to = *std::lower_bound(units.begin(), units.end(), end);
      const std::size_t first_end = *std::upper_bound(units.begin(), units.end(), from);
      const std::size_t last_start = *std::prev(std::lower_bound(units.begin(), units.end(), to));
      const bool shares_first = i > 0 && e.offsets[i - 1].end > from;
      const bool shares_last = i + 1 < e.size() && e.offsets[i + 1].start < to;
      const std::u32string token = to_utf32(e.tokens[i]);
      const std::u32string first = normalized(text.substr(from, first_end - from)),
                           last = normalized(text.substr(last_start, to - last_start));
      bool good = reads(normalized(text.substr(from, to - from)), token, first, last, shares_first, shares_last);
      const bool quote = from > 0 && (text[from] == U'`' || text[from] == U'\'') && text[from - 1] == text[from];
      if (!good && quote) good = reads(normalized(text.substr(from - 1, to - from + 1)), token, first, last, false, shares_last);
      (quote ? quotes_ : others_) += 1;
      ASSERT_TRUE(good) << "'" << bytes << "': token " << i << " '" << e.tokens[i] << "' at " << start << "-" << end;
    }
  }

  mutable std::int64_t quotes_ = 0, others_ = 0, loose_ = 0;  // tokens of each kind that were checked
  std::unique_ptr<FastPipeline> pipeline_ = make(GetParam());
};

char32_t scalar(char32_t c) { return c >= 0xD800 && c < 0xE000 ? U'\uFFFD' : c; }

TEST_P(OffsetsHold, every_character_among_letters) {
  for (char32_t c = 1; c < 0x32000; ++c)
    if (scalar(c) == c) {
      const std::u32string text = U"ab " + std::u32string(1, c) + U"c" + std::u32string(1, c) + U" " + std::u32string(1, c);
      check(text);
      if (HasFatalFailure()) return;
    }
}

TEST_P(OffsetsHold, texts_of_every_block) {
  std::mt19937 random(7);
  const std::u32string others = U"  .,'`a\u0301\u0327e\u200D\uFE0F1\u00BD\uFB03\u3099 \u00A0\u1160\U0001F3FD\u0345";
  for (char32_t block = 0; block < 0x1FC00; block += 0x40)
    for (int round = 0; round < 4; ++round) {
      std::u32string text = round % 2 == 0 ? U"" : U"x";
      for (int i = 0; i < 24; ++i) {
        const bool own = random() % 3 != 0;
        text += own ? scalar(std::max<char32_t>(1, block + random() % 0x40)) : others[random() % others.size()];
      }
      check(text);
      if (HasFatalFailure()) return;
    }
  EXPECT_GT(quotes_, 10);
  EXPECT_GT(others_, 100 * loose_);
}

TEST_P(OffsetsHold, known_troubles) {
  for (const std::u32string_view text : {U"",
                                         U" ",
                                         U"   ",
                                         U"a",
                                         U"\u00BD",
                                         U"\uFB01ne \uFB01",
                                         U"\uFDFA",
                                         U"\u3300\u3301",
                                         U"``quoted''  '''x```",
                                         U"e\u0301\u0327 e\u0327\u0301",
                                         U"\u1112\u1161\u11AB \uD55C",
                                         U"a\r\nb\r\n",
                                         U"x\u0001y",
                                         U"\u0001y",
                                         U"\u0001\u0002 yz",
                                         U"\u00BD\u0001x",
                                         U"\u0130stanbul \u1E9E \u03A3",
                                         U"\U0001F469\u200D\U0001F469\u200D\U0001F467 \U0001F1E9\U0001F1EA 1\uFE0F\u20E3",
                                         U"\u200D\u200Da",
                                         U"\uFEFFa",
                                         U"\u2581a\u2581 \u2581",
                                         U"\u0301a",
                                         U" \u0301a",
                                         U"\uFF76\uFF9E\uFF8A\uFF9F",
                                         U"\u1E9B\u0323",
                                         U"\u0F73\u0F72\u0F71",
                                         U"\u00A8\u00A0\u00AF",
                                         U"\u2100\u33C2\u1F12A"}) {
    check(text);
    if (HasFatalFailure()) return;
  }
}

TEST_P(OffsetsHold, leading_removals_shift_the_piece) {
  for (const char32_t removed : {U'\u0001', U'\u000B', U'\u007F', U'\u008F'})
    for (std::size_t count = 1; count < 4; ++count) {
      const std::string text = "The wind was cold, and dark. 23";
      const std::string shifted = to_utf8(std::u32string(count, removed)) + text;
      EXPECT_EQ(pipeline_->encode({.text = shifted}).offsets, pipeline_->encode({.text = text}).offsets);
    }
}

INSTANTIATE_TEST_SUITE_P(Forms, OffsetsHold, testing::Values(Form::derived, Form::published, Form::cased), [](const auto& form) {
  return std::string(form.param == Form::derived ? "derived" : form.param == Form::published ? "published" : "cased");
});

}  // namespace
}  // namespace albert
