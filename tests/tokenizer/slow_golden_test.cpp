// The slow tokenizer with our own vocabulary against the reference's answers (tests/golden/make_tokenizer_cases.py).
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "albert/error.h"
#include "base/file.h"
#include "rows.h"

namespace albert {
namespace {

const std::string model_directory = std::string(ALBERT_SOURCE_DIR) + "/models/albert-mini-en";

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

// Every field of the expected answer, in ours; an error for an error.
bool agrees(const Json& ours, const Json& expected) {
  if (expected.find("error") != nullptr) return ours.find("error") != nullptr;
  if (expected.is_array() && !expected.as_array().empty() && expected.as_array()[0].is_object()) {
    if (!ours.is_array() || ours.as_array().size() != expected.as_array().size()) return false;
    for (std::size_t i = 0; i < expected.as_array().size(); ++i)
      if (!agrees(ours.as_array()[i], expected.as_array()[i])) return false;
    return true;
  }
  if (!expected.is_object()) return ours == expected;
  for (const auto& [key, value] : expected.as_object())
    if (ours.find(key) == nullptr || !(*ours.find(key) == value)) return false;
  return true;
}

Json saved_files(const std::string& directory) {
  Json files = Json::Object{};
  for (const char* name : {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "tokenizer.json"}) {
    const std::string path = join_path(directory, name);
    if (is_file(path)) files.set(name, MappedFile::open(path)->text());
  }
  return files;
}

class SlowGolden : public testing::TestWithParam<const char*> {};

TEST_P(SlowGolden, AnswersAsTheReference) {
  const std::string path = std::string(ALBERT_SOURCE_DIR) + "/tests/golden/tokenizer/slow_" + GetParam() + ".jsonl";
  const auto work = std::filesystem::temp_directory_path() / ("albert_slow_" + std::string(GetParam()) + std::to_string(::getpid()));
  auto tokenizer = load_for_rows(model_directory, false);
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  int rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    const Json golden = parse_json(line);
    Json row = *golden.find("row");
    const Json& expected = *golden.find("answer");
    const Json* op_member = row.find("op");
    const std::string op = op_member == nullptr ? "encode" : op_member->as_string();
    if (const Json* member = row.find("directory")) {
      const std::string name = member->as_string();
      std::string directory = name == "@TOKENIZER" ? model_directory : (work / name.substr(1)).string();
      if (op == "save") std::filesystem::remove_all(directory);
      if (name == "@LEGACY") {
        std::filesystem::remove_all(directory);
        std::filesystem::create_directories(directory);
        std::filesystem::copy_file(join_path(model_directory, "spiece.model"), join_path(directory, "spiece.model"));
        for (const auto& [legacy, content] : row.find("legacy")->as_object()) write_file(join_path(directory, legacy), dump_json(content));
      }
      row.set("directory", directory);
    }
    Json answer = op == "compare_files" ? saved_files(row.find("directory")->as_string()) : answer_row(row, tokenizer, false);
    if (std::string_view(GetParam()) == "texts") {
      std::string joined;
      for (const Json& token : answer.find("tokens")->as_array()) joined += (joined.empty() ? "" : "\n") + token.as_string();
      answer.set("crc", static_cast<std::int64_t>(crc32(joined)));
    }
    EXPECT_TRUE(agrees(answer, expected)) << dump_json(row) << "\n  ours:   " << dump_json(answer) << "\n  theirs: " << dump_json(expected);
  }
  EXPECT_GT(rows, 50);
  std::filesystem::remove_all(work);
}

INSTANTIATE_TEST_SUITE_P(Suites, SlowGolden, testing::Values("texts", "calls", "added", "decode", "files"));

}  // namespace
}  // namespace albert
