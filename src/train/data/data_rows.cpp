#include "train/data/data_rows.h"

#include <algorithm>

#include "base/check.h"

namespace albert {

std::string DataPlaces::name(DataPlace place) const {
  return fmt::format("{}, line {}", place.file < files_.size() ? files_[place.file] : "", place.line);
}

namespace data {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

RowInput input_for(const DataOptions& options, std::span<const Field> fields) {
  RowInput input;
  input.files = options.files;
  input.format = options.format;
  input.open = options.open;
  // Renamed columns are looked up here, where an error names the columns that there are.
  for (const Field& field : fields) input.header_names.insert(input.header_names.end(), field.columns.begin(), field.columns.end());
  for (const auto& [field, column] : options.renames)
    if (!is_number(column)) input.header_names.push_back(column);
  return input;
}

std::string shown(const Json& value) {
  JsonStyle style;
  style.ensure_ascii = false;
  std::string text;
  try {
    text = dump_json(value, style);
  } catch (const Error&) {
    text = value.type_name();
  }
  constexpr std::size_t kMost = 80;
  if (text.size() <= kMost) return text;
  text.resize(kMost);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
  if (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80) != 0) text.pop_back();
  return text + "...";
}

}  // namespace

void Budget::take(std::size_t bytes) {
  taken_ += bytes;
  require(taken_ <= most_, ErrorCode::resource, "the data take more than {} MiB of memory: split them", most_ >> 20);
}

DataRows::DataRows(const DataOptions& options, std::span<const Field> fields)
    : options_(options), fields_(fields.begin(), fields.end()), reader_(input_for(options, fields)) {
  for (const auto& [name, column] : options.renames)
    require(
        std::any_of(fields_.begin(), fields_.end(), [&, field = std::string_view(name)](const Field& one) { return one.name == field; }),
        ErrorCode::key, "there is no field '{}' to rename", name);
}

bool DataRows::next() {
  if (!reader_.next(row_)) return false;
  file_ = reader_.file();
  if (row_.error) fail(*row_.error);
  return true;
}

const Json* DataRows::find(std::string_view field) const {
  const auto value = [&](std::string_view column) {
    const Json* found = row_.fields.find(column);
    return found == nullptr || found->is_null() ? nullptr : found;
  };
  for (const auto& [name, column] : options_.renames)
    if (name == field) return value(column);
  for (const auto& [name, column] : columns_)
    if (name == field) return value(column);
  for (const Field& one : fields_)
    if (one.name == field)
      for (const std::string_view column : one.columns)
        if (const Json* found = value(column)) return found;
  return nullptr;
}

const Json& DataRows::at(std::string_view field) const {
  const Json* found = find(field);
  if (found == nullptr) fail_missing(field);
  return *found;
}

std::string DataRows::text(std::string_view field) const {
  const Json& value = at(field);
  if (value.is_string()) return value.as_string();
  if (value.is_number()) return dump_json(value);
  fail(fmt::format("'{}' must be a text, got {}", field, shown(value)));
}

void DataRows::fail(const std::string& problem) const {
  const std::string& file = options_.files.empty() ? "-" : options_.files[file_];
  throw Error(ErrorCode::bad_data, fmt::format("{}, line {}: {}", file == "-" ? "standard input" : file, row_.line, problem));
}

void DataRows::fail_missing(std::string_view field) const {
  std::string expected, there;
  const auto add = [](std::string& list, std::string_view name) { (list += list.empty() ? "" : ", ") += name; };
  bool renamed = false;
  for (const auto& [name, column] : options_.renames)
    if (name == field) {
      add(expected, "'" + column + "'");
      renamed = true;
    }
  for (const Field& one : fields_)
    if (one.name == field && !renamed)
      for (const std::string_view column : one.columns) add(expected, column);
  constexpr std::size_t kMost = 12;
  std::size_t count = 0;
  if (row_.fields.is_object())
    for (const auto& [name, value] : row_.fields.as_object()) {
      if (++count > kMost) break;
      add(there, value.is_null() ? name + " (null)" : name);
    }
  if (count > kMost) there += ", ...";
  fail(fmt::format("no {}: expected a column {}, got {}; --field {}=COLUMN names another{}", field, expected,
                   there.empty() ? "none" : there, field,
                   has_header() ? "" : " (the first row has no name that is known, so columns are counted from 1)"));
}

std::string format_of(const DataOptions& options, const std::string& path) {
  if (options.format) return *options.format;
  const std::string_view plain = without_compression(path);
  const std::size_t dot = plain.rfind('.');
  if (dot == std::string_view::npos || plain.find('/', dot) != std::string_view::npos) return "";
  return std::string(plain.substr(dot + 1));
}

DataOptions only(const DataOptions& options, const std::string& path) {
  DataOptions one = options;
  one.files = {path};
  return one;
}

std::unique_ptr<ByteSource> open(const DataOptions& options, const std::string& path) {
  return options.open ? options.open(path) : open_bytes(path);
}

std::optional<std::string> label_text(const Json& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_bool()) return value.as_bool() ? "1" : "0";
  if (!value.is_number()) return {};
  // 1.0 is the class 1.
  if (value.is_double() && value.as_double() == static_cast<double>(static_cast<std::int64_t>(std::clamp(value.as_double(), -1e15, 1e15))))
    return std::to_string(static_cast<std::int64_t>(value.as_double()));
  return dump_json(value);
}

std::optional<Json::Array> list_of(const Json& value) {
  if (value.is_array()) return value.as_array();
  if (!value.is_string()) return {};
  const std::string& text = value.as_string();
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos || text[first] != '[') return {};
  try {
    Json list = parse_json(text);
    if (list.is_array()) return std::move(list.as_array());
    return {};
  } catch (const Error&) {
    return {};  // a text that only begins so
  }
}

}  // namespace data
}  // namespace albert
