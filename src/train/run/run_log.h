// The log of a run: metrics.jsonl (an object a line), metrics.csv and TensorBoard's event file.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "albert/json.h"

namespace albert {

class RunLog {
 public:
  /// Opens metrics.jsonl in `folder`; lines of steps after `last_step` are left out of it: a run that goes on writes them again.
  RunLog(std::string folder, std::int64_t last_step);

  /// Appends an entry, {"step": N, ...} with numbers, to metrics.jsonl and the events. Error{io}.
  void add(const Json& entry);
  /// Writes metrics.csv anew from all entries. Error{io}.
  void write_csv() const;
  [[nodiscard]] const Json::Array& entries() const noexcept { return entries_; }

 private:
  std::string folder_, events_;
  Json::Array entries_;
};

}  // namespace albert
