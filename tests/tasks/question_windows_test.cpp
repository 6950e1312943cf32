#include "tasks/question_windows.h"

#include <gtest/gtest.h>

#include "albert/error.h"

namespace {

using namespace albert;

const std::string kModel = ALBERT_SOURCE_DIR "/models/albert-mini-en";

TEST(ContextWords, SplitsAsSquadDoes) {
  const tasks::ContextWords context(" a  bc\n\u202Fd");
  EXPECT_EQ(context.words, (std::vector<std::string>{"a", "bc", "d"}));
  EXPECT_EQ(context.word_of_character, (std::vector<std::int64_t>{-1, 0, 0, 0, 1, 1, 1, 1, 2}));
}

TEST(WindowLengths, RefusesAStrideBeyondTheWindow) {
  const auto tokenizer = Tokenizer::from_pretrained(kModel);
  QuestionAnsweringOptions options;
  options.max_seq_len = 32;
  EXPECT_EQ(tasks::WindowLengths(options, *tokenizer).doc_stride, 16);
  options.doc_stride = 33;
  EXPECT_THROW(tasks::WindowLengths(options, *tokenizer), Error);
}

TEST(QuestionWindows, CoverTheContextWithTheFastTokenizer) {
  const auto tokenizer = Tokenizer::from_pretrained(kModel);
  std::string text;
  for (int i = 0; i < 60; ++i) text += "the wind was cold ";
  QuestionAnsweringOptions options;
  options.max_seq_len = 48;
  options.doc_stride = 8;
  const auto windows = tasks::fast_windows({"what was cold?", text}, *tokenizer, tasks::WindowLengths(options, *tokenizer));
  ASSERT_GT(windows.size(), 3u);
  std::uint32_t covered = 0;
  for (const auto& window : windows) {
    EXPECT_LE(window.encoding.size(), 48u);
    EXPECT_EQ(window.allowed[0], 1);  // [CLS]
    EXPECT_EQ(window.allowed[1], 0);  // the question
    for (std::size_t i = 0; i < window.encoding.size(); ++i)
      if (window.encoding.sequence_ids[i] == 1) {
        EXPECT_LE(window.encoding.offsets[i].start, covered + 1);
        covered = std::max(covered, window.encoding.offsets[i].end);
      }
  }
  EXPECT_GE(covered + 1, text.size());
}

TEST(QuestionWindows, StepThroughTheContextWithTheSlowTokenizer) {
  const auto tokenizer = Tokenizer::from_pretrained(kModel, false);
  std::string text;
  for (int i = 0; i < 60; ++i) text += "the wind was cold ";
  QuestionAnsweringOptions options;
  options.max_seq_len = 48;
  options.doc_stride = 20;
  const QuestionInput input{"what was cold?", text};
  const tasks::ContextWords context(text);
  const auto windows = tasks::slow_windows(input, context, *tokenizer, tasks::WindowLengths(options, *tokenizer));
  ASSERT_GT(windows.size(), 3u);
  for (const auto& window : windows) {
    EXPECT_LE(window.encoding.size(), 48u);
    EXPECT_EQ(window.padded_length, 48);
    for (std::size_t i = 1; i < window.allowed.size(); ++i) EXPECT_TRUE(window.allowed[i] == 0 || window.word_of_token[i] >= 0);
  }
  EXPECT_EQ(windows[1].word_of_token[windows[1].encoding.size() - 2] > windows[0].word_of_token[windows[0].encoding.size() - 2], true);
}

}  // namespace
