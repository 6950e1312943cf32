// Rows of input: from texts at hand, text files, JSON lines, CSV or TSV, one at a time.
//
//   albert::RowReader reader({.files = {"train.csv"}});
//   for (albert::Row row; reader.next(row);)
//     if (!row.error) use(row.text("text"));
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "albert/byte_stream.h"
#include "albert/export.h"
#include "albert/json.h"

namespace ALBERT_API albert {

/// Where rows come from.
struct RowInput {
  std::vector<std::string> arguments{};                        ///< texts that are rows themselves; they come first
  std::vector<std::string> files{};                            ///< "-" is standard input, which is read when nothing is named
  std::optional<std::string> format{};                         ///< text, jsonl, csv or tsv; null: by the file's extension
  std::vector<std::pair<std::string, std::string>> renames{};  ///< a field, and the column (or key) that holds it
  std::string text_field = "text";                             ///< what a line of text (or an argument) is called
  std::vector<std::pair<std::string, Json>> constants{};       ///< fields for rows that lack them
  std::int64_t skip = 0;                                       ///< rows to pass over, of all inputs together
  /// Tables: a first row that holds none of these names is no header. The columns are then called "1", "2", ...,
  /// and rows may differ in length. Empty: the first row is always the header.
  std::vector<std::string> header_names{};
  std::function<std::unique_ptr<ByteSource>(const std::string& path)> open{};  ///< null: open_bytes
};

/// One row: its fields by name, or what is wrong with it.
struct Row {
  std::string place{};      ///< "row 3 of FILE", for messages
  std::int64_t line = 0;    ///< of the file, from 1, on which it begins; 0 for an argument
  std::uint64_t index = 0;  ///< rows before it in all inputs, those passed over and wrong ones included
  Json fields{};            ///< an object
  std::optional<std::string> error{};
  bool cut_off = false;  ///< too long: its rest has not been read yet, and may have no end

  /// A field that must be there and be a string. Error{bad_data}.
  [[nodiscard]] const std::string& text(const std::string& name) const;
  [[nodiscard]] std::optional<std::string> optional_text(const std::string& name) const;  ///< null counts as absent
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;            ///< a list of strings
};

class RowReader {
 public:
  /// Error{key} for an unknown format; files are opened one after the other.
  explicit RowReader(RowInput input);
  /// The next row. False at the end. Error{not_found|io} for a file that cannot be read, {bad_data} for one that is damaged.
  bool next(Row& row);
  /// Part of the input that was taken, 0 to 1, when its size is known.
  [[nodiscard]] std::optional<double> progress() const;
  /// The columns of the present table.
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  /// Index of the file that the last row came from.
  [[nodiscard]] std::uint32_t file() const noexcept { return static_cast<std::uint32_t>(file_ == 0 ? 0 : file_ - 1); }
  [[nodiscard]] bool has_header() const noexcept { return has_header_; }

 private:
  enum class Format { text, jsonl, csv, tsv };
  [[nodiscard]] Format format_of(const std::string& path) const;
  bool open_next();
  // Null: the row is passed over, and no more of it is looked at than where it ends.
  bool advance(Row* row);
  bool read_text(Row* row);
  bool read_jsonl(Row* row);
  bool read_table(Row* row);
  bool read_header(std::optional<std::string>& error);
  bool read_cells(std::vector<std::string>& cells, std::optional<std::string>& error);
  void finish(Row& row, bool plain) const;

  RowInput input_;
  std::size_t argument_ = 0;
  std::size_t file_ = 0;
  std::unique_ptr<ByteStream> stream_;
  Format format_ = Format::text;
  std::uint64_t index_ = 0;      ///< rows of all inputs
  std::int64_t number_ = 0;      ///< rows of this file
  std::int64_t lines_ = 0;       ///< lines of this file that were taken
  std::int64_t first_line_ = 0;  ///< of the present row
  std::string line_;             ///< memory for rows that are passed over
  std::vector<std::string> columns_;
  bool has_header_ = true;
  std::optional<std::vector<std::string>> held_;  ///< the first row of a table without a header
  bool passing_over_ = false;                     ///< the rest of a record that was too long
  bool rest_quoted_ = false;                      ///< whether that rest stands in quotes now
  std::uint64_t total_ = 0;                       ///< bytes of all files; 0: not known
  std::uint64_t done_ = 0;                        ///< bytes of the files before this one
};

}  // namespace ALBERT_API albert
