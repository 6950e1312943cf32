#include "tokenizer/piece_trie.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "albert/error.h"
#include "base/random.h"

namespace albert {
namespace {

TEST(PieceTrie, FindsWhatAMapFinds) {
  // Random texts over few letters, so that prefixes are shared at every depth.
  std::map<std::string, std::uint32_t> texts;
  for (std::uint64_t i = 0; texts.size() < 20000; ++i) {
    std::string text;
    const auto words = philox(7, 1, i);
    const std::size_t length = 1 + words[0] % 9;
    for (std::size_t k = 0; k < length; ++k) {
      const auto letter = philox(7, 2 + k, i)[0];
      text += static_cast<char>(letter % 5 != 0 ? 'a' + letter % 7 : 1 + letter % 255);
    }
    texts.emplace(text, static_cast<std::uint32_t>(texts.size()));
  }
  std::vector<PieceTrie::Entry> entries;
  for (const auto& [text, number] : texts) entries.emplace_back(text, number);
  const PieceTrie trie(entries);
  for (const auto& [text, number] : texts) {
    ASSERT_EQ(trie.find(text), number);
    for (const char byte : {'a', '\0', '\xff'}) {
      const std::string longer = text + byte;
      const auto expected = texts.find(longer);
      ASSERT_EQ(trie.find(longer), expected == texts.end() ? PieceTrie::none : expected->second);
      std::vector<std::size_t> lengths, expected_lengths;
      trie.for_each_prefix(longer, [&](std::size_t length, std::uint32_t found) {
        lengths.push_back(length);
        ASSERT_EQ(texts.at(longer.substr(0, length)), found);
      });
      for (std::size_t k = 1; k <= longer.size(); ++k)
        if (texts.contains(longer.substr(0, k))) expected_lengths.push_back(k);
      ASSERT_EQ(lengths, expected_lengths);
    }
  }
  EXPECT_EQ(trie.find(""), PieceTrie::none);
}

TEST(PieceTrie, RefusesWhatItCannotHold) {
  EXPECT_THROW(PieceTrie({{"a", 1}, {"a", 2}}), Error);
  EXPECT_THROW(PieceTrie({{"", 1}}), Error);
  EXPECT_THROW(PieceTrie({{std::string_view("a\0b", 3), 1}}), Error);
  EXPECT_TRUE(PieceTrie().empty());
  EXPECT_EQ(PieceTrie().longest_prefix("a").first, 0u);
}

}  // namespace
}  // namespace albert
