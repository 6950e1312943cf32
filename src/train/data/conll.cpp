#include "train/data/conll.h"

#include "base/check.h"
#include "train/data/data_rows.h"

namespace albert::data {
namespace {

constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::size_t kMostWords = 1 << 20;  // of a sentence

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\v\f") == std::string_view::npos; }

std::vector<std::string_view> columns_of(std::string_view line, bool tabs) {
  std::vector<std::string_view> columns;
  if (tabs) {
    while (true) {
      const std::size_t end = line.find('\t');
      columns.push_back(line.substr(0, end));
      if (end == std::string_view::npos) return columns;
      line.remove_prefix(end + 1);
    }
  }
  for (std::size_t end = 0, first = 0; (first = line.find_first_not_of(' ', end)) != std::string_view::npos;) {
    end = std::min(line.find(' ', first), line.size());
    columns.push_back(line.substr(first, end - first));
  }
  return columns;
}

std::string_view stripped(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \r") - first + 1);
}

/// The column that a field is renamed to, from 0; null when it is not.
std::optional<std::size_t> column_for(const DataOptions& options, std::string_view field) {
  for (const auto& [name, column] : options.renames) {
    if (name != field) continue;
    require(!column.empty() && column.size() < 5 && column.find_first_not_of("0123456789") == std::string::npos && column != "0",
            ErrorCode::value, "CoNLL columns have no names: expected {}= and a number from 1, got '{}'", field, column);
    return static_cast<std::size_t>(std::stoi(column)) - 1;
  }
  return {};
}

}  // namespace

void read_conll(const DataOptions& options, std::uint32_t file, Budget& budget, TokenData& data) {
  const std::string& path = options.files[file];
  ByteStream stream(open(options, path));
  const auto word_column = column_for(options, "tokens"), tag_column = column_for(options, "tags");
  std::optional<bool> tabs;
  TokenExample example;
  std::int64_t number = 0;
  const auto finish = [&] {
    if (!example.words.empty()) data.examples.push_back(std::move(example));
    example = TokenExample{};
  };
  const auto refuse = [&](const std::string& problem) { fail(ErrorCode::bad_data, "{}, line {}: {}", stream.name(), number, problem); };
  bool too_long = false;
  for (std::string line; stream.get_line(line, kLongestLine, too_long); line.clear()) {
    ++number;
    if (too_long) refuse("a line may hold 1 MiB at most");
    std::string_view text = line;
    if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (is_blank(text)) {
      finish();
      continue;
    }
    if (text.starts_with("-DOCSTART-")) continue;
    const bool has_tab = text.find('\t') != std::string_view::npos;
    if (has_tab || !tabs) tabs = tabs.value_or(has_tab);
    // Of CoNLL-U; where blanks stand between the columns a word may begin so.
    if (!has_tab && *tabs && text.starts_with('#')) continue;
    const auto columns = columns_of(text, *tabs);
    const std::size_t word = word_column.value_or(0), tag = tag_column.value_or(columns.size() - 1);
    if (columns.size() < 2 || word >= columns.size() || tag >= columns.size())
      refuse(fmt::format("expected a word and a tag in columns {} and {} ({} between them), got {} column(s)", word + 1,
                         tag_column ? std::to_string(tag + 1) : "2 or more", *tabs ? "a tab" : "blanks", columns.size()));
    const std::string_view name = stripped(columns[tag]);
    if (name.empty()) refuse("the tag is empty");
    if (example.words.size() == kMostWords) refuse("a sentence may have 1048576 words at most: an empty line stands between sentences");
    if (example.words.empty()) {
      example.place = {file, number};
      budget.take(sizeof(TokenExample));
    }
    example.words.emplace_back(stripped(columns[word]));
    example.tags.push_back(data.labels.intern(name, {file, number}));
    budget.take(size_of(example.words.back()) + sizeof(std::int32_t));
  }
  finish();
}

}  // namespace albert::data
