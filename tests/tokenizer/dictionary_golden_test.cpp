// The calls that return a dictionary, in both forms, against the reference's (tests/golden/make_tokenizer_cases.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

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

class DictionaryGolden : public testing::TestWithParam<const char*> {};

TEST_P(DictionaryGolden, AnswersAsTheReference) {
  const std::string form = GetParam();
  const bool fast = form == "fast";
  auto tokenizer = load_for_rows(std::string(ALBERT_SOURCE_DIR) + "/models/albert-mini-en", fast);
  std::ifstream file(std::string(ALBERT_SOURCE_DIR) + "/tests/golden/tokenizer/dictionary.jsonl");
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
  EXPECT_GE(rows, 1500);
  EXPECT_GT(errors, 100);
}

INSTANTIATE_TEST_SUITE_P(Forms, DictionaryGolden, testing::Values("slow", "fast"));

}  // namespace
}  // namespace albert
