// Rows of a data set: columns found by their usual names, errors that say where, memory counted.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "albert/datasets.h"
#include "albert/rows.h"

namespace albert::data {

/// A field and the columns that it may be called, the best first.
struct Field {
  std::string_view name;
  std::vector<std::string_view> columns;
};

/// Counts what a data set takes. Error{resource} above the limit.
class Budget {
 public:
  explicit Budget(std::size_t most) : most_(most) {}
  void take(std::size_t bytes);

 private:
  std::size_t most_, taken_ = 0;
};

/// What a string takes in memory.
[[nodiscard]] inline std::size_t size_of(const std::string& text) { return sizeof(std::string) + text.size(); }

/// The rows of all files, in order.
class DataRows {
 public:
  DataRows(const DataOptions& options, std::span<const Field> fields);
  /// False at the end. Error{bad_data} for a bad row.
  bool next();

  /// The value of a field, null when the row has none (or null).
  [[nodiscard]] const Json* find(std::string_view field) const;
  /// A field that must be there: fail_missing() when it is not.
  [[nodiscard]] const Json& at(std::string_view field) const;
  [[nodiscard]] std::string text(std::string_view field) const;  ///< a string, or a number as it is written
  [[nodiscard]] const Json& row() const { return row_.fields; }
  [[nodiscard]] DataPlace place() const { return {file_, row_.line}; }
  [[nodiscard]] bool has_header() const { return reader_.has_header(); }
  /// Whether the columns of a form that a task knows may be taken: nothing was renamed, and none were taken yet.
  [[nodiscard]] bool may_guess() const { return columns_.empty() && options_.renames.empty() && row_.fields.is_object(); }
  /// The columns of these fields, from here on.
  void use_columns(std::vector<std::pair<std::string_view, std::string>> columns) { columns_ = std::move(columns); }

  /// Error{bad_data}: "FILE, line 7: ...".
  [[noreturn]] void fail(const std::string& problem) const;
  [[noreturn]] void fail_missing(std::string_view field) const;

 private:
  bool open_next();

  const DataOptions& options_;
  std::vector<Field> fields_;
  RowReader reader_;
  Row row_;
  std::uint32_t file_ = 0;
  std::vector<std::pair<std::string_view, std::string>> columns_;
};

/// The format of a file: as given, or by its name; "" when that says nothing.
[[nodiscard]] std::string format_of(const DataOptions& options, const std::string& path);
/// The options for some of the files alone.
[[nodiscard]] DataOptions only(const DataOptions& options, const std::string& path);
[[nodiscard]] std::unique_ptr<ByteSource> open(const DataOptions& options, const std::string& path);
/// A label of a row as text: a string, a whole number, true and false as 1 and 0. Null for anything else.
[[nodiscard]] std::optional<std::string> label_text(const Json& value);
/// A list of a row: a JSON array, or the text of one.
[[nodiscard]] std::optional<Json::Array> list_of(const Json& value);

}  // namespace albert::data
