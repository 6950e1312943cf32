// The calls that return a dictionary, in both forms, against the reference's (tests/golden/make_tokenizer_cases.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <tuple>

#include "albert/error.h"
#include "checksum.h"
#include "rows.h"

namespace albert {
namespace {

// Warnings in no order; every sentence once.
Json canonical(Json answer) {
  if (Json* warnings = answer.find("warnings")) {
    auto& sentences = warnings->as_array();
    std::sort(sentences.begin(), sentences.end(), [](const Json& a, const Json& b) { return a.as_string() < b.as_string(); });
  }
  return answer;
}

bool is_one_of(const std::string& kind, const std::string& kinds) {
  return (" " + kinds + " ").find(" " + kind + " ") != std::string::npos;
}

struct Vocabulary {
  const char* answers;    // folder under tests/golden
  const char* tokenizer;  // folder of the files
  int rows;
};

void PrintTo(const Vocabulary& vocabulary, std::ostream* out) { *out << vocabulary.answers; }

class DictionaryGolden : public testing::TestWithParam<std::tuple<Vocabulary, std::string>> {};

TEST_P(DictionaryGolden, AnswersAsTheReference) {
  const auto& [vocabulary, name] = GetParam();
  const std::string form = name, source = ALBERT_SOURCE_DIR;
  const bool fast = form == "fast";
  auto tokenizer = load_for_rows(source + vocabulary.tokenizer, fast);
  std::ifstream file(source + "/tests/golden/" + vocabulary.answers + "/dictionary.jsonl");
  ASSERT_TRUE(file);
  int rows = 0, errors = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    const Json golden = parse_json(line);
    const Json& row = *golden.find("row");
    const Json& expected = *golden.find(form);
    const Json answer = canonical(answer_row(row, tokenizer, fast));
    const Json* error = answer.find("error");
    if (const Json* kinds = expected.find("error")) {
      ++errors;
      EXPECT_TRUE(error != nullptr && is_one_of(error->as_string(), kinds->as_string()))
          << dump_json(row) << "\n  ours: " << dump_json(answer) << "\n  theirs: error " << dump_json(*kinds);
      continue;
    }
    const std::string text = dump_json(answer, {.indent = -1, .sort_keys = true});
    EXPECT_EQ(static_cast<std::int64_t>(crc32(text)), expected.as_int()) << dump_json(row) << "\n  ours: " << text;
  }
  EXPECT_GE(rows, vocabulary.rows);
  EXPECT_GT(errors, vocabulary.rows / 20);
}

INSTANTIATE_TEST_SUITE_P(Forms, DictionaryGolden,
                         testing::Combine(testing::Values(Vocabulary{"tokenizer", "/models/albert-mini-en", 1500},
                                                          Vocabulary{"wordpiece", "/tests/golden/wordpiece", 500}),
                                          testing::Values("slow", "fast")),
                         [](const auto& one) { return std::string(std::get<0>(one.param).answers) + "_" + std::get<1>(one.param); });

}  // namespace
}  // namespace albert
