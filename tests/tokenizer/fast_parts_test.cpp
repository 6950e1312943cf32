// The fast tokenizer's parts, each by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "albert/error.h"
#include "tokenizer/added_vocabulary.h"
#include "tokenizer/base64.h"
#include "tokenizer/encoding_parts.h"
#include "tokenizer/fast_pipeline.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pattern_set.h"
#include "tokenizer/unicode_fast.h"
#include "tokenizer/unigram.h"

namespace albert {
namespace {

using Spans = std::vector<Offsets>;

Spans spans(const NormalizedString& text) {
  Spans out;
  for (std::size_t i = 0; i < text.size(); ++i) out.push_back(text.span(i));
  return out;
}

TEST(PatternSet, FindsWhatTrialFinds) {
  std::mt19937 random(3);
  for (int trial = 0; trial < 3000; ++trial) {
    const auto text = [&](int longest) {
      std::u32string s(static_cast<std::size_t>(std::uniform_int_distribution(1, longest)(random)), U' ');
      for (char32_t& c : s) c = std::uniform_int_distribution(0, 20)(random) == 0 ? U'\u0416' : U'a' + random() % 2;
      return s;
    };
    std::vector<std::u32string> patterns(1 + random() % 6);
    for (auto& pattern : patterns) pattern = text(5);
    const std::u32string haystack = text(30);
    std::vector<PatternSet::Match> found;
    PatternSet(patterns).find(haystack, found);
    std::size_t next = 0;
    for (std::size_t i = 0; i < haystack.size();) {
      std::size_t best = patterns.size();
      for (std::size_t p = 0; p < patterns.size(); ++p)
        if (haystack.compare(i, patterns[p].size(), patterns[p]) == 0 &&
            (best == patterns.size() || patterns[p].size() > patterns[best].size()))
          best = p;
      if (best == patterns.size()) {
        ++i;
        continue;
      }
      ASSERT_LT(next, found.size());
      EXPECT_EQ(found[next].begin, i);
      EXPECT_EQ(found[next].pattern, best);
      i += patterns[best].size();
      EXPECT_EQ(found[next++].end, i);
    }
    EXPECT_EQ(next, found.size());
  }
}

TEST(PatternSet, IsLinearOnRepetitions) {
  std::vector<PatternSet::Match> found;
  PatternSet({U"a", std::u32string(500000, U'a') + U'b'}).find(std::u32string(3000000, U'a'), found);
  EXPECT_EQ(found.size(), 3000000u);
}

TEST(UnicodeFast, MixesVersions) {
  EXPECT_TRUE(fast_unicode::is_mark(0x301));
  EXPECT_FALSE(fast_unicode::is_mark(0x1AC0));                // a mark since 13.0
  EXPECT_TRUE(fast_unicode::is_mark(0x1CF2));                 // no mark any more
  EXPECT_EQ(fast_unicode::decompose(0x32FF, true).size, 1u);  // since 12.1
  EXPECT_EQ(fast_unicode::decompose(0xFDFA, true).size, 18u);
  EXPECT_EQ(fast_unicode::compose(U'e', 0x301), 0xE9u);
  EXPECT_EQ(fast_unicode::compose(0xFC, 0x304), 0x1D6u);
  EXPECT_EQ(fast_unicode::compose(0x915, 0x93C), 0u);  // excluded
  EXPECT_EQ(fast_unicode::compose(0x1100, 0x1161), 0xAC00u);
  EXPECT_EQ(fast_unicode::to_lower(0x3A3).first, 0x3C3u);  // no final sigma
  EXPECT_EQ(fast_unicode::to_lower(0x130).second, 0x307u);
  EXPECT_FALSE(fast_unicode::is_white_space(0x1C));
  EXPECT_TRUE(fast_unicode::is_word(0x24B6));
  EXPECT_FALSE(fast_unicode::is_word(U'-'));
}

TEST(Normalizers, KeepTrackOfSpans) {
  NormalizedString text;
  text.assign(U"ﬁe\u0301!", 10);
  make_normal_form(NormalForm::nfkd)->normalize(text);
  EXPECT_EQ(text.text(), U"fie\u0301!");
  EXPECT_EQ(spans(text), (Spans{{10, 11}, {10, 11}, {11, 12}, {12, 13}, {13, 14}}));
  make_strip_accents()->normalize(text);
  EXPECT_EQ(text.text(), U"fie!");
  EXPECT_EQ(text.span(3), (Offsets{13, 14}));
  make_replace_string("fi", "xyz")->normalize(text);
  EXPECT_EQ(text.text(), U"xyze!");
  EXPECT_EQ(text.span(0), (Offsets{10, 11}));
  make_normal_form(NormalForm::nfc)->normalize(text);
  make_strip(true, true)->normalize(text);
  make_prepend("▁")->normalize(text);
  EXPECT_EQ(text.text(), U"▁xyze!");
  EXPECT_EQ(text.span(0), (Offsets{10, 11}));
}

TEST(Normalizers, RegularExpressions) {
  const auto replaced = [](std::string_view pattern, std::u32string_view given) {
    NormalizedString text;
    text.assign(given, 0);
    make_replace_regex(pattern, "#")->normalize(text);
    return std::u32string(text.text());
  };
  EXPECT_EQ(replaced(" {2,}", U"a  b   c d"), U"a#b#c d");
  EXPECT_EQ(replaced("a{2}", U"aaaaa"), U"##a");
  EXPECT_EQ(replaced("[x-z\\s]{1,2}", U"xyz a"), U"##a");
  EXPECT_EQ(replaced("[^a]+", U"abba"), U"a#a");
  EXPECT_EQ(replaced("\\.\\*", U"a.*"), U"a#");
  EXPECT_EQ(replaced("a", U"aba"), U"#b#");
  for (const std::string_view pattern : {"", "a|b", "(a)", "a*", "a?", "a+?", "a+b", "ab+", "\\d", ".", "a{0,1}", "a{3,2}", "[", "[]",
                                         "[b-a]", "a{", "\\", "^a", "[[:alpha:]]"}) {
    try {
      (void)make_replace_regex(pattern, "");
      ADD_FAILURE() << pattern;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::not_implemented);
      EXPECT_NE(std::string_view(error.what()).find(pattern), std::string_view::npos);
    }
  }
}

UnigramModel model_of(std::vector<std::pair<std::string, double>> entries, std::optional<std::uint32_t> unk = 0, bool fallback = false) {
  UnigramModel::Vocabulary vocabulary;
  for (const auto& [text, score] : entries) vocabulary.add(text, score);
  return {std::move(vocabulary), unk, fallback};
}

std::vector<std::string> segment(const UnigramModel& model, std::string_view text) {
  UnigramModel::Workspace workspace;
  std::vector<UnigramModel::Token> tokens;
  model.segment(text, workspace, tokens);
  std::vector<std::string> out;
  for (const auto& token : tokens)
    out.push_back(std::string(text.substr(token.begin, token.end - token.begin)) + ":" + std::to_string(token.id));
  return out;
}

TEST(Unigram, TakesTheBestPath) {
  const auto model = model_of({{"<unk>", 0}, {"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}, {"cd", 1}, {"ab", 2}, {"abc", 5}, {"abcd", 10}});
  EXPECT_EQ(segment(model, "abcdacdxxé"), (std::vector<std::string>{"abcd:8", "a:1", "cd:5", "xxé:0"}));
  EXPECT_EQ(segment(model, "<unk>x"), (std::vector<std::string>{"<unk>x:0"}));
  // Ties keep the earlier start; a whole that is an entry is found although its characters are not.
  EXPECT_EQ(segment(model_of({{"<unk>", -1}, {"a", -1}, {"aa", -2}}), "aaa"), (std::vector<std::string>{"a:1", "aa:2"}));
  EXPECT_EQ(segment(model_of({{"<unk>", 0}, {"xy", -100}}), "xy"), (std::vector<std::string>{"xy:1"}));
  EXPECT_EQ(segment(model_of({{"<unk>", 0}, {"<0x78>", 0}}, 0, true), "xx"), (std::vector<std::string>{"xx:1", "xx:1"}));
  EXPECT_EQ(segment(model_of({{"<unk>", 0}, {"<0x78>", 0}}, 0, true), "xy"), (std::vector<std::string>{"xy:0"}));
}

TEST(AddedVocabulary, GivesIdsAsTheReferenceDoes) {
  FastPipeline pipeline(std::make_unique<UnigramModel>(model_of({{"<unk>", 0}, {"a", -1}, {"b", -1}})));
  const auto add = [&](std::vector<AddedToken> tokens) { return pipeline.add_tokens(tokens); };
  EXPECT_EQ(add({{.content = "b"}, {.content = ""}, {.content = "new"}, {.content = "new"}}), 2);
  EXPECT_EQ(pipeline.find_token("b"), 2u);
  EXPECT_EQ(pipeline.find_token("new"), 3u);
  EXPECT_EQ(add({{.content = "new", .lstrip = true}, {.content = "more"}}), 2);
  EXPECT_EQ(pipeline.find_token("new"), 3u);
  EXPECT_EQ(pipeline.find_token("more"), 4u);
  EXPECT_EQ(pipeline.size(), 5u);
  EXPECT_EQ(pipeline.encode({.text = "a  newmore"}).tokens, (std::vector<std::string>{"a", "  new", "more"}));
}

TEST(AddedVocabulary, RefusesATokenOfNothing) {
  FastPipeline pipeline(std::make_unique<UnigramModel>(model_of({{"<unk>", 0}, {"a", -1}})));
  pipeline.normalizer = make_strip_accents();
  EXPECT_THROW(pipeline.add_tokens(std::vector<AddedToken>{{.content = "x"}, {.content = "\u0301"}}), Error);
  EXPECT_FALSE(pipeline.find_token("x").has_value());
  EXPECT_EQ(pipeline.add_tokens(std::vector<AddedToken>{{.content = "\u0301", .normalized = false}}), 1);
}

TEST(Base64, RoundTrips) {
  for (std::size_t length = 0; length < 20; ++length) {
    std::string bytes;
    for (std::size_t i = 0; i < length; ++i) bytes += static_cast<char>(i * 91 + length);
    EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
  }
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  for (const std::string_view text : {"Z", "Zg=", "Zm8", "Zh==", "Zm9=", "Z===", "Zm 8", "====", "Zg==Zg=="})
    EXPECT_THROW((void)decode_base64(text), Error) << text;
}

TEST(FastPipeline, TakesHugeAndBrokenText) {
  FastPipeline pipeline(std::make_unique<UnigramModel>(model_of({{"<unk>", 0}, {"\u2581", -1}, {"a", -1}, {"aa", -1.5}})));
  std::vector<NormalizerPointer> parts;
  parts.push_back(make_normal_form(NormalForm::nfkd));
  parts.push_back(make_lowercase());
  pipeline.normalizer = make_sequence_normalizer(std::move(parts));
  pipeline.pre_tokenizer = make_metaspace(0x2581, true);
  EXPECT_EQ(pipeline.encode({.text = std::string(2'000'001, 'A')}).size(), 1'000'002u);
  EXPECT_EQ(pipeline.encode({.text = std::string(1'000'000, ' ')}).size(), 1'000'000u);
  EXPECT_EQ(pipeline.encode({.text = std::string(1'000'000, '\0')}).size(), 2u);
  const Encoding broken = pipeline.encode({.text = "a\xE2\x82 \xFF\xFE"
                                                   "a"});
  EXPECT_EQ(broken.tokens, (std::vector<std::string>{"\u2581", "a", "\uFFFD", "\u2581", "\uFFFD\uFFFD", "a"}));
  EXPECT_EQ(broken.offsets.back(), (Offsets{5, 6}));
}

TEST(Truncation, CutsWindows) {
  Encoding text;
  for (std::int32_t i = 0; i < 10; ++i) text.input_ids.push_back(i);
  for (auto* list : {&text.token_type_ids, &text.attention_mask, &text.special_tokens_mask, &text.word_ids, &text.sequence_ids})
    list->assign(10, 0);
  text.tokens.resize(10);
  text.offsets.resize(10);
  Encoding right = text, left = text;
  truncate_encoding(right, 4, 1, Side::right, true);
  EXPECT_EQ(right.input_ids, (std::vector<std::int32_t>{0, 1, 2, 3}));
  ASSERT_EQ(right.overflowing.size(), 2u);
  EXPECT_EQ(right.overflowing[1].input_ids, (std::vector<std::int32_t>{6, 7, 8, 9}));
  truncate_encoding(left, 4, 0, Side::left, true);
  EXPECT_EQ(left.input_ids, (std::vector<std::int32_t>{6, 7, 8, 9}));
  EXPECT_EQ(left.overflowing.back().input_ids, (std::vector<std::int32_t>{0, 1}));
  Encoding refused = text;
  EXPECT_THROW(truncate_encoding(refused, 4, 4, Side::right, true), Error);
}

}  // namespace
}  // namespace albert
