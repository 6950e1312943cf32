// Reading, answering and writing at the same time: one thread reads rows into windows, others answer
// windows, and the caller takes them back in the order of the input. Memory is bounded by what may
// wait at each step.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "albert/pipelines.h"
#include "rows.h"

namespace cli {

/// The text to print for a row, line feed included: there already, or made when its turn comes.
using Answer = std::variant<std::string, std::function<std::string()>>;
/// Answers good rows: one entry a row.
using AnswerWindow = std::function<std::vector<albert::Outcome<Answer>>(std::span<const Row> rows)>;

/// Which rows are answered together.
struct WindowPlan {
  int threads = 1;                           ///< windows that are answered at a time
  std::size_t rows = 8;                      ///< at most; where it adapts, at first
  std::size_t bytes = std::size_t{1} << 16;  ///< at most, but at least one row
  bool adapt = true;                         ///< to as many rows as take about a second: the bar moves, Ctrl-C is heard
};

/// Rows in the order of the input, and the answers of those without an error of their own.
struct AnsweredWindow {
  std::vector<Row> rows;
  std::vector<albert::Outcome<Answer>> answers;  ///< of the rows where !row.error, in their order
  std::optional<double> part;                    ///< of the input that was read, 0 to 1
};

class RowFlow {
 public:
  /// Starts reading. `answer` is called by plan.threads threads at a time. Failure{usage} as RowReader.
  RowFlow(const InputOptions& input, const WindowPlan& plan, AnswerWindow answer);
  /// Ends the threads; what they were at is lost.
  ~RowFlow();
  RowFlow(const RowFlow&) = delete;
  RowFlow& operator=(const RowFlow&) = delete;

  /// The next window, waited for. Null at the end. What reading or answering threw is thrown here,
  /// after the windows before it.
  [[nodiscard]] std::optional<AnsweredWindow> next();
  /// Whether next() would answer at once.
  [[nodiscard]] bool ready() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cli
