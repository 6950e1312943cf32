// Tokenizers with our own vocabularies against the reference's answers (tests/golden/make_tokenizer_cases.py).
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "albert/error.h"
#include "base/file.h"
#include "checksum.h"
#include "rows.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

const std::string source = ALBERT_SOURCE_DIR;

constexpr std::size_t long_file = 20000;  // kept as a checksum

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
  for (const char* name : {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt", "tokenizer.json"}) {
    const std::string path = join_path(directory, name);
    if (!is_file(path)) continue;
    const auto file = MappedFile::open(path);
    files.set(name, count_characters(file->text()) > long_file ? Json(static_cast<std::int64_t>(crc32(file->text()))) : Json(file->text()));
  }
  return files;
}

// The tokens, with their offsets and words where there are any: a line each.
std::string digest(const Json& encoding) {
  std::string lines;
  const auto& tokens = encoding.find("tokens")->as_array();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    lines += (i == 0 ? "" : "\n") + tokens[i].as_string();
    for (const char* field : {"offsets", "word_ids"})
      if (const Json* values = encoding.find(field)) lines += " " + dump_json(values->as_array()[i]);
  }
  return lines;
}

struct Set {
  const char* folder;  // of the answers
  const char* form;
  const char* tokenizer;  // folder
  const char* vocabulary;
};

void PrintTo(const Set& set, std::ostream* out) { *out << set.folder << ' ' << set.form; }

class GoldenRows : public testing::TestWithParam<std::tuple<Set, std::string>> {};

TEST_P(GoldenRows, AnswersAsTheReference) {
  const auto& [set, suite] = GetParam();
  const std::string name_of_rows = std::string(set.folder) + "/" + set.form + "_" + suite;
  const std::string path = source + "/tests/golden/" + name_of_rows + ".jsonl";
  const std::string model_directory = source + set.tokenizer;
  const auto work =
      std::filesystem::temp_directory_path() / ("albert_rows_" + std::string(set.folder) + set.form + suite + std::to_string(::getpid()));
  const bool fast = std::string_view(set.form) == "fast";
  auto tokenizer = load_for_rows(model_directory, fast);
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
        std::filesystem::copy_file(join_path(model_directory, set.vocabulary), join_path(directory, set.vocabulary));
        for (const auto& [legacy, content] : row.find("legacy")->as_object()) write_file(join_path(directory, legacy), dump_json(content));
      }
      row.set("directory", directory);
    }
    Json answer = op == "compare_files" ? saved_files(row.find("directory")->as_string()) : answer_row(row, tokenizer, fast);
    if (std::string_view(suite) == "texts") answer.set("crc", static_cast<std::int64_t>(crc32(digest(answer))));
    EXPECT_TRUE(agrees(answer, expected)) << dump_json(row) << "\n  ours:   " << dump_json(answer) << "\n  theirs: " << dump_json(expected);
  }
  EXPECT_GT(rows, 15);
  std::filesystem::remove_all(work);
}

std::string case_name(const testing::TestParamInfo<GoldenRows::ParamType>& one) {
  const auto& [set, suite] = one.param;
  return std::string(set.folder) + "_" + set.form + "_" + suite;
}

INSTANTIATE_TEST_SUITE_P(Sets, GoldenRows,
                         testing::Combine(testing::Values(Set{"tokenizer", "slow", "/models/albert-mini-en", "spiece.model"},
                                                          Set{"wordpiece", "slow", "/tests/golden/wordpiece", "vocab.txt"},
                                                          Set{"wordpiece", "fast", "/tests/golden/wordpiece", "vocab.txt"}),
                                          testing::Values("texts", "calls", "added", "decode", "files")),
                         case_name);

}  // namespace
}  // namespace albert
