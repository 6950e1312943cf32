#include <algorithm>

#include "albert/rows.h"
#include "base/check.h"

namespace albert {
namespace {

constexpr std::size_t kLongestRow = std::size_t{4} << 20;
constexpr std::size_t kMostCells = 4096;
const std::string kTooLong = "a row may hold 4 MiB at most";

void strip_byte_order_mark(std::string& line) {
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
}

void strip_carriage_return(std::string& line) {
  if (line.ends_with('\r')) line.pop_back();
}

}  // namespace

const std::string& Row::text(const std::string& name) const {
  const Json* field = fields.find(name);
  if (field == nullptr || field->is_null()) throw Error(ErrorCode::bad_data, "the field '" + name + "' is missing");
  if (!field->is_string())
    throw Error(ErrorCode::bad_data, "the field '" + name + "' must be a string, got " + std::string(field->type_name()));
  return field->as_string();
}

std::optional<std::string> Row::optional_text(const std::string& name) const {
  const Json* field = fields.find(name);
  if (field == nullptr || field->is_null()) return std::nullopt;
  return text(name);
}

std::vector<std::string> Row::texts(const std::string& name) const {
  const Json* field = fields.find(name);
  if (field == nullptr || field->is_null()) throw Error(ErrorCode::bad_data, "the field '" + name + "' is missing");
  Json list = *field;
  if (list.is_string()) list = albert::parse_json(list.as_string());  // a cell of a table
  if (!list.is_array()) throw Error(ErrorCode::bad_data, "the field '" + name + "' must be a list of strings");
  std::vector<std::string> texts;
  for (const Json& item : list.as_array()) {
    if (!item.is_string()) throw Error(ErrorCode::bad_data, "the field '" + name + "' must be a list of strings");
    texts.push_back(item.as_string());
  }
  return texts;
}

RowReader::RowReader(RowInput input) : input_(std::move(input)) {
  if (!input_.open) input_.open = open_bytes;
  if (input_.format) static_cast<void>(format_of(""));
  if (input_.arguments.empty() && input_.files.empty()) input_.files.emplace_back("-");
  for (const auto& path : input_.files) {
    const std::uint64_t size = bytes_left(path);
    total_ = size == 0 ? 0 : total_ + size;
    if (size == 0) break;
  }
}

RowReader::Format RowReader::format_of(const std::string& path) const {
  std::string name = "text";
  if (input_.format) {
    name = *input_.format;
  } else if (const auto plain = without_compression(path); plain.rfind('.') != std::string_view::npos) {
    const std::string extension(plain.substr(plain.rfind('.') + 1));
    if (extension == "jsonl" || extension == "ndjson" || extension == "csv" || extension == "tsv") name = extension;
  }
  if (name == "text") return Format::text;
  if (name == "jsonl" || name == "ndjson") return Format::jsonl;
  if (name == "csv") return Format::csv;
  if (name == "tsv") return Format::tsv;
  fail(ErrorCode::key, "unknown input format '{}': expected text, jsonl, csv or tsv", name);
}

bool RowReader::open_next() {
  if (stream_) done_ += stream_->taken();
  stream_.reset();
  if (file_ == input_.files.size()) return false;
  const std::string& path = input_.files[file_++];
  stream_ = std::make_unique<ByteStream>(input_.open(path));
  format_ = format_of(path);
  number_ = lines_ = 0;
  columns_.clear();
  held_.reset();
  passing_over_ = false;
  return true;
}

bool RowReader::next(Row& row) {
  for (; input_.skip > 0; --input_.skip)
    if (!advance(nullptr)) return false;
  row = Row{};
  const bool any = advance(&row);
  row.index = index_ - (any ? 1 : 0);
  return any;
}

bool RowReader::advance(Row* row) {
  if (argument_ < input_.arguments.size()) {
    if (row != nullptr) {
      row->place = "argument " + std::to_string(argument_ + 1);
      row->fields.set(input_.text_field, input_.arguments[argument_]);
      finish(*row, true);
    }
    ++argument_;
    ++index_;
    return true;
  }
  while (stream_ || open_next()) {
    const bool any = format_ == Format::text ? read_text(row) : format_ == Format::jsonl ? read_jsonl(row) : read_table(row);
    if (any) {
      ++number_;
      ++index_;
      if (row == nullptr) return true;
      row->line = first_line_;
      row->place = "row " + std::to_string(number_) + " of " + stream_->name();
      finish(*row, format_ == Format::text);
      row->cut_off = row->error == kTooLong;
      return true;
    }
    if (!open_next()) return false;
  }
  return false;
}

std::optional<double> RowReader::progress() const {
  if (total_ == 0) return std::nullopt;
  const std::uint64_t taken = done_ + (stream_ ? stream_->taken() : 0);
  return std::min(1.0, static_cast<double>(taken) / static_cast<double>(total_));
}

bool RowReader::read_text(Row* row) {
  bool too_long = false;
  first_line_ = ++lines_;
  if (row == nullptr) {
    line_.clear();
    return stream_->get_line(line_, kLongestRow, too_long);
  }
  std::string line;
  if (!stream_->get_line(line, kLongestRow, too_long)) return false;
  if (too_long) row->error = kTooLong;
  if (number_ == 0) strip_byte_order_mark(line);
  strip_carriage_return(line);
  row->fields.set(input_.text_field, std::move(line));
  return true;
}

bool RowReader::read_jsonl(Row* row) {
  bool too_long = false;
  do {
    line_.clear();
    first_line_ = ++lines_;
    if (!stream_->get_line(line_, kLongestRow, too_long)) return false;
    if (number_ == 0) strip_byte_order_mark(line_);
    strip_carriage_return(line_);
  } while (line_.find_first_not_of(" \t") == std::string::npos && !too_long);
  if (row == nullptr) return true;
  if (too_long) {
    row->error = kTooLong;
    return true;
  }
  try {
    row->fields = albert::parse_json(line_);
    if (!row->fields.is_object()) {
      row->error = "expected a JSON object, got " + std::string(row->fields.type_name());
      row->fields = Json();
    }
  } catch (const Error& error) {
    row->error = error.what();
  }
  return true;
}

// One record: cells of RFC 4180 (quotes, doubled quotes, line feeds inside quotes) for CSV; a line
// split at tabs, quotes being ordinary characters, for TSV. The rest of a record that is too long is
// passed over by the next call: an endless one must not be waited for.
bool RowReader::read_cells(std::vector<std::string>& cells, std::optional<std::string>& error) {
  cells.assign(1, "");
  first_line_ = lines_ + 1;
  std::size_t size = 0;
  bool any = false, quoted = false, was_quoted = false;
  const char separator = format_ == Format::csv ? ',' : '\t';
  for (int byte; (byte = stream_->get()) >= 0;) {
    const char c = static_cast<char>(byte);
    if (c == '\n') ++lines_;
    if (passing_over_) {
      first_line_ = lines_ + 1;
      rest_quoted_ = rest_quoted_ != (c == '"' && format_ == Format::csv);
      passing_over_ = rest_quoted_ || c != '\n';
      continue;
    }
    any = true;
    if (++size > kLongestRow) {
      error = kTooLong;
      rest_quoted_ = quoted != (c == '"' && format_ == Format::csv);
      passing_over_ = rest_quoted_ || c != '\n';
      return true;
    }
    if (quoted) {
      if (c != '"') {
        cells.back() += c;
      } else if (stream_->peek() == '"') {
        cells.back() += static_cast<char>(stream_->get());
      } else {
        quoted = false;
      }
    } else if (c == '\n') {
      strip_carriage_return(cells.back());
      return true;
    } else if (c == separator) {
      if (cells.size() < kMostCells) cells.emplace_back();
      was_quoted = false;
    } else if (c == '"' && format_ == Format::csv && cells.back().empty() && !was_quoted) {
      quoted = was_quoted = true;
    } else {
      cells.back() += c;
    }
  }
  if (quoted) error = "a quoted cell is not closed";
  strip_carriage_return(cells.back());
  return any;
}

bool RowReader::read_header(std::optional<std::string>& error) {
  if (!read_cells(columns_, error)) return false;
  strip_byte_order_mark(columns_.front());
  if (error) fail(ErrorCode::bad_data, "{}: the header line: {}", stream_->name(), *error);
  const auto is_name = [&](const std::string& cell) {
    return std::find(input_.header_names.begin(), input_.header_names.end(), cell) != input_.header_names.end();
  };
  has_header_ = input_.header_names.empty() || std::any_of(columns_.begin(), columns_.end(), is_name);
  if (has_header_) return true;
  held_ = std::move(columns_);
  columns_.clear();
  for (std::size_t i = 1; i <= held_->size(); ++i) columns_.push_back(std::to_string(i));
  return true;
}

bool RowReader::read_table(Row* row) {
  std::vector<std::string> cells;
  std::optional<std::string> error;
  if (columns_.empty() && !read_header(error)) return false;
  if (held_) {
    cells = *std::exchange(held_, std::nullopt);
  } else {
    do {
      if (!read_cells(cells, error)) return false;
    } while (!error && cells.size() == 1 && cells[0].empty() && columns_.size() > 1);  // an empty line
  }
  if (row == nullptr) return true;
  row->error = error;
  if (!error && has_header_ && cells.size() != columns_.size())
    row->error = "expected " + std::to_string(columns_.size()) + " cells as in the header, got " + std::to_string(cells.size());
  for (std::size_t i = 0; !row->error && i < cells.size(); ++i)
    row->fields.set(i < columns_.size() ? columns_[i] : std::to_string(i + 1), std::move(cells[i]));
  return true;
}

void RowReader::finish(Row& row, bool plain) const {
  if (row.error) return;
  for (const auto& [name, column] : input_.renames) {
    const Json* value = row.fields.find(column);
    if (value == nullptr && plain) continue;
    if (value == nullptr) {
      row.error = "there is no column '" + column + "'";
      return;
    }
    row.fields.set(name, Json(*value));
  }
  for (const auto& [name, value] : input_.constants)
    if (row.fields.find(name) == nullptr) row.fields.set(name, value);
}

}  // namespace albert
