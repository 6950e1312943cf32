// The WordPiece trainer against vocabularies of the reference's (tests/golden/make_wordpiece_training.py).
#include <gtest/gtest.h>

#include <filesystem>

#include "albert/error.h"
#include "albert/json.h"
#include "albert/tokenizer_training.h"
#include "base/file.h"

namespace albert {
namespace {

TEST(WordPieceTrainer, FindsTheReferencesVocabularies) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(ALBERT_SOURCE_DIR) + "/tests/golden/wordpiece_training")) {
    const Json golden = parse_json(MappedFile::open(entry.path().string())->text());
    const Json& settings = *golden.find("settings");
    WordPieceTraining training;
    training.vocab_size = static_cast<std::size_t>(settings.find("vocab_size")->as_int());
    training.min_frequency = static_cast<std::uint32_t>(settings.find("min_frequency")->as_int());
    training.limit_alphabet = static_cast<std::size_t>(settings.find("limit_alphabet")->as_int());
    if (const Json* alphabet = settings.find("initial_alphabet"))
      for (const Json& character : alphabet->as_array()) training.initial_alphabet.push_back(character.as_string());
    WordCounts words;
    for (const Json& word : golden.find("words")->as_array())
      words.emplace_back(word.as_array()[0].as_string(), static_cast<std::uint32_t>(word.as_array()[1].as_int()));
    std::vector<std::string> expected;
    for (const Json& text : golden.find("vocabulary")->as_array()) expected.push_back(text.as_string());
    EXPECT_EQ(train_wordpiece(words, training), expected) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 3);
}

TEST(WordPieceTrainer, TakesNothingAndRefusesBytes) {
  EXPECT_EQ(train_wordpiece({}), (std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}));
  EXPECT_EQ(train_wordpiece({{"aaaa", 5}}, {.vocab_size = 100, .special_tokens = {}}),
            (std::vector<std::string>{"a", "##a", "##aa", "aaa", "aaaa"}));
  EXPECT_THROW((void)train_wordpiece({{"a\xFF", 2}}), Error);
}

TEST(PreprocessAlbertText, DoesWhatTheSlowFormDoes) {
  EXPECT_EQ(preprocess_albert_text("  ``Caf\u00e9''\t\u2167 \xFF "), "\"cafe\" viii \uFFFD");
  EXPECT_EQ(preprocess_albert_text(" A  \u00e9 ", {.do_lower_case = false, .remove_space = false, .keep_accents = true}), " A  \u00e9 ");
}

}  // namespace
}  // namespace albert
