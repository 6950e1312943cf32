// Rows of input: from arguments, text, JSON lines, CSV or TSV, one at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "albert/json.h"
#include "byte_stream.h"

namespace cli {

/// Where the rows of a command come from.
struct InputOptions {
  std::vector<std::string> arguments;                           ///< texts given on the command line
  std::vector<std::string> files;                               ///< --input, "-" is standard input
  std::optional<std::string> format;                            ///< --input-format
  std::vector<std::pair<std::string, std::string>> renames;     ///< --field NAME=COLUMN
  std::string text_field = "text";                              ///< what a line of text (or an argument) is called
  std::vector<std::pair<std::string, albert::Json>> constants;  ///< fields given by options, for rows that lack them
  std::int64_t skip = 0;                                        ///< --skip: rows to pass over, of all inputs together
};

/// One row: its fields by name, or what is wrong with it.
struct Row {
  std::string place;    ///< "row 3 of FILE", for messages
  albert::Json fields;  ///< an object
  std::optional<std::string> error;
  std::uint64_t index = 0;  ///< rows before it in all inputs, those passed over and wrong ones included
  bool cut_off = false;     ///< too long: its rest has not been read yet, and may have no end

  /// A field that must be there and be a string. Error{bad_data}.
  [[nodiscard]] const std::string& text(const std::string& name) const;
  [[nodiscard]] std::optional<std::string> optional_text(const std::string& name) const;  ///< null counts as absent
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const;            ///< a list of strings
};

class RowReader {
 public:
  /// Failure{usage} for an unknown format; files are opened one after the other.
  explicit RowReader(InputOptions options, Patience patience = {});
  /// The next row. False at the end. Failure{missing} for a file that cannot be read, {bad_data} for
  /// one that is damaged, {interrupted}; ReadingStopped.
  bool next(Row& row);
  /// Part of the input that was taken, 0 to 1, when its size is known.
  [[nodiscard]] std::optional<double> progress() const;

 private:
  enum class Format { text, jsonl, csv, tsv };
  [[nodiscard]] Format format_of(const std::string& path) const;
  bool open_next();
  // Null: the row is passed over, and no more of it is looked at than where it ends.
  bool advance(Row* row);
  bool read_text(Row* row);
  bool read_jsonl(Row* row);
  bool read_table(Row* row);
  bool read_cells(std::vector<std::string>& cells, std::optional<std::string>& error);
  void finish(Row& row, bool plain) const;

  InputOptions options_;
  Patience patience_;
  std::size_t argument_ = 0;
  std::size_t file_ = 0;
  std::unique_ptr<ByteStream> stream_;
  Format format_ = Format::text;
  std::int64_t number_ = 0;  ///< rows of this file
  std::uint64_t index_ = 0;  ///< rows of all inputs
  std::string line_;         ///< memory for rows that are passed over
  std::vector<std::string> columns_;
  bool passing_over_ = false;  ///< the rest of a record that was too long
  bool rest_quoted_ = false;   ///< whether that rest stands in quotes now
  std::uint64_t total_ = 0;    ///< bytes of all files; 0: not known
  std::uint64_t done_ = 0;     ///< bytes of the files before this one
};

}  // namespace cli
