// albert detokenize: token ids to text.
#include <limits>

#include "albert/tokenizer.h"
#include "command.h"
#include "common.h"
#include "run_rows.h"
#include "tokenizer_flags.h"

namespace cli {
namespace {

using albert::Error;
using albert::ErrorCode;
using albert::Json;

/// "[2, 31, 3]", "2 31 3" or "2,31,3", or a JSON list.
std::vector<std::int32_t> parse_ids(const Row& row) {
  const Json* field = row.fields.find("ids");
  if (field == nullptr) throw Error(ErrorCode::bad_data, "the field 'ids' is missing");
  Json list = *field;
  if (list.is_string()) {
    std::string text = list.as_string(), spaced;
    for (const char c : text) spaced += c == ',' || c == '[' || c == ']' || c == '\t' ? ' ' : c;
    std::string joined;
    for (std::size_t start = spaced.find_first_not_of(' '); start != std::string::npos;) {
      const std::size_t end = spaced.find(' ', start);
      joined.append(joined.empty() ? "" : ",").append(spaced, start, end - start);
      start = end == std::string::npos ? end : spaced.find_first_not_of(' ', end);
    }
    list = albert::parse_json("[" + joined + "]");
  }
  if (!list.is_array()) throw Error(ErrorCode::bad_data, "'ids' must be a list of whole numbers, got " + std::string(list.type_name()));
  std::vector<std::int32_t> ids;
  for (const Json& item : list.as_array()) {
    if (!item.is_integer()) throw Error(ErrorCode::bad_data, "'ids' must be whole numbers, got " + albert::dump_json(item));
    const std::int64_t id = item.as_int();
    if (id < std::numeric_limits<std::int32_t>::min() || id > std::numeric_limits<std::int32_t>::max())
      throw Error(ErrorCode::bad_data, "the id " + std::to_string(id) + " is out of range");
    ids.push_back(static_cast<std::int32_t>(id));
  }
  return ids;
}

}  // namespace

int detokenize(const Arguments& arguments) {
  std::optional<std::string> model;
  bool skip = false;
  std::optional<bool> clean, raw;
  TokenizerChoice choice;
  TokenizerChanges changes;
  RowOptions rows;
  std::vector<std::string> ids;
  Options options("detokenize", "Turns token ids back into text. The arguments are the ids of one text.", "[ID...]");
  options.flag("--skip-special-tokens", skip, "leave out [CLS], [SEP] and the like");
  options.flag("--clean-up-tokenization-spaces", clean, "no blank before punctuation (default: the tokenizer's setting)");
  options.flag("--no-clean-up-tokenization-spaces", raw, "keep such blanks");
  options.exclusive({"--clean-up-tokenization-spaces", "--no-clean-up-tokenization-spaces"});
  options.heading("tokenizer");
  options.text("--model", model, "PATH|ID", "model directory or file, or a hub id in the hub cache");
  choice.declare(options);
  changes.declare_tokens(options);
  options.heading("rows and results");
  rows.declare(options, {"ids"});
  options.positionals(ids);
  options.example("albert detokenize --skip-special-tokens 2 14 15 3");
  if (!options.parse(arguments)) return 0;

  rows.input.text_field = "ids";
  if (!ids.empty()) {
    std::string joined;
    for (const auto& id : ids) joined.append(joined.empty() ? "" : " ").append(id);
    rows.input.arguments.push_back(joined);
  }
  const std::optional<bool> clean_up = raw ? std::optional(!*raw) : clean;
  const auto tokenizer = load_tokenizer(model, choice);
  changes.apply(*tokenizer);
  run_rows(rows, [&](std::span<const Row> window, const Style&) {
    std::vector<albert::Outcome<Answer>> answers;
    for (const Row& row : window) {
      try {
        const std::string text = tokenizer->decode(parse_ids(row), skip, clean_up);
        answers.emplace_back(Answer(rows.json ? json_line(Json::Object{{"text", text}}) : one_line(text) + "\n"));
      } catch (const Error& error) {
        answers.emplace_back(error);
      }
    }
    return answers;
  });
  return 0;
}

}  // namespace cli
