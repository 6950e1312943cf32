// Where results go: standard output, a file that is replaced as a whole, or the end of a file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

class Output {
 public:
  /// No path, or "-": standard output. `append`: rows are added to the file as they come, and stay whatever
  /// happens then. Failure{write} when the file cannot be written, {bad_data} when its last line is not whole.
  explicit Output(const std::optional<std::string>& path = {}, bool append = false);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Failure{write}; OutputClosed when the reader of standard output has gone.
  void write(std::string_view text);
  /// What was written since the last call is one row. A row that was not written whole when writing
  /// failed or was interrupted is taken back where that is possible (from a regular file).
  void end_row();
  /// Rows that have left the program whole.
  [[nodiscard]] std::int64_t rows() const noexcept;
  /// What was written so far becomes visible (but for a file that is replaced).
  void flush();
  /// The end: everything is written, the file is in place.
  void commit();
  /// Whether rows() of them can be skipped by the next run.
  [[nodiscard]] bool keeps_rows() const noexcept;
  [[nodiscard]] bool is_terminal() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes text to standard output at once.
void print(std::string_view text);

}  // namespace cli
