// The lines of text files: what a vocabulary or a model is trained on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "albert/byte_stream.h"

namespace cli {

class TextLines {
 public:
  /// Files, folders (every file below them, by name) and "-" for standard input. Failure{missing}.
  explicit TextLines(const std::vector<std::string>& paths);
  ~TextLines();

  /// The next line, without its line feed; a line of more than 16 MiB is cut there. False at the end of the last file.
  /// Failure{missing}: a file cannot be read; {bad_data}: a line is not UTF-8, compressed bytes are damaged; {interrupted}.
  bool next(std::string& line);

 private:
  std::vector<std::string> files_;
  std::size_t position_ = 0;
  std::int64_t number_ = 0;  ///< lines of this file
  std::unique_ptr<albert::ByteStream> stream_;
};

}  // namespace cli
