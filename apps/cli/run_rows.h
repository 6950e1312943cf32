// The loop of every command that reads rows: answers out in the order of the input.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "common.h"
#include "row_flow.h"
#include "terminal.h"

namespace cli {

/// Answers a window of good rows: for each the text to print or its error. Called by several threads
/// at a time where the plan says so.
using AnswerRows = std::function<std::vector<albert::Outcome<Answer>>(std::span<const Row> rows, const Style& style)>;

/// Reads rows in windows of bounded size (and without waiting for more while a pipe is quiet), and
/// writes the answers. A bad row ends the run with Failure{bad_data} that names it, after the
/// answers before it were written; with --keep-going it gives an error record. Without input on a
/// terminal it opens a prompt.
void run_rows(const RowOptions& options, const AnswerRows& answer, const WindowPlan& plan = {});

}  // namespace cli
