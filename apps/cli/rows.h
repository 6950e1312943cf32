// The library's rows, read without missing a Ctrl-C.
#pragma once

#include <optional>

#include "albert/rows.h"
#include "raw_input.h"

namespace cli {

using InputOptions = albert::RowInput;
using albert::Row;

class RowReader {
 public:
  /// Failure{usage} for an unknown format; files are opened one after the other.
  explicit RowReader(InputOptions input, const Patience& patience = {});
  /// The next row. False at the end. Failure{missing} for a file that cannot be read, {bad_data} for
  /// one that is damaged, {interrupted}; ReadingStopped.
  bool next(Row& row);
  /// Part of the input that was taken, 0 to 1, when its size is known.
  [[nodiscard]] std::optional<double> progress() const { return reader_.progress(); }

 private:
  albert::RowReader reader_;
};

}  // namespace cli
