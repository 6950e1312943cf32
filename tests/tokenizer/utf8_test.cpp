#include "tokenizer/utf8.h"

#include <gtest/gtest.h>

namespace albert {
namespace {

TEST(Utf8, ReplacesMaximalIllFormedParts) {
  // Expected values are those of Python's bytes.decode("utf-8", "replace").
  const auto replaced = [](std::string_view bytes) { return to_utf32(bytes); };
  EXPECT_EQ(replaced("a\xC3\xA9z"), U"a\u00E9z");
  EXPECT_EQ(replaced("\x80"), U"\uFFFD");
  EXPECT_EQ(replaced("\xC0\xAF"), U"\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(replaced("\xE0\x80\x80"), U"\uFFFD\uFFFD\uFFFD");  // overlong
  EXPECT_EQ(replaced("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD");  // surrogate
  EXPECT_EQ(replaced("\xF4\x90\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(replaced("\xE2\x82"), U"\uFFFD");  // cut off: one part
  EXPECT_EQ(replaced("\xE2\x82g"), U"\uFFFDg");
  EXPECT_EQ(replaced("\xF0\x9F\x98"), U"\uFFFD");
  EXPECT_EQ(replaced("\xF0\x9F\xF0\x9F\x98\x80"), U"\uFFFD\U0001F600");
  EXPECT_EQ(replaced("\xFE\xFF"), U"\uFFFD\uFFFD");
  EXPECT_EQ(replaced(std::string_view("\0a", 2)), std::u32string({0, U'a'}));
}

TEST(Utf8, RoundTripsEveryCodePoint) {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text;
    append_utf8(text, code);
    const DecodedCharacter character = decode_utf8(text, 0);
    ASSERT_TRUE(character.valid);
    ASSERT_EQ(character.code, code);
    ASSERT_EQ(character.length, text.size());
    ASSERT_EQ(utf8_length(text[0]), text.size());
  }
}

}  // namespace
}  // namespace albert
