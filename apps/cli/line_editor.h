// Lines typed at a terminal, with editing and a history that outlives the program.
#pragma once

#include <memory>
#include <optional>
#include <string>

namespace cli {

class LineEditor {
 public:
  /// `prompt` stands before every line. The history is $XDG_STATE_HOME/albert/history or
  /// ~/.local/state/albert/history; a path that is no regular file is neither read nor written.
  explicit LineEditor(std::string prompt);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// The next line without its end; null when there are no more. An interrupt empties the line.
  /// Failure{interrupted} when the program is told to end.
  [[nodiscard]] std::optional<std::string> read();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cli
