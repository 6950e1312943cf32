// Where results go: standard output, or a file that is replaced as a whole.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

class Output {
 public:
  /// No path, or "-": standard output. Failure{write} when the file cannot be written.
  explicit Output(const std::optional<std::string>& path = {});
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Failure{write}; OutputClosed when the reader of standard output has gone.
  void write(std::string_view text);
  /// What was written so far becomes visible (on standard output).
  void flush();
  /// The end: everything is written, the file is in place.
  void commit();
  [[nodiscard]] bool is_terminal() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes text to standard output at once.
void print(std::string_view text);

}  // namespace cli
