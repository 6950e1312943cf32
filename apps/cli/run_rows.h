// The loop of every command that reads rows: windows in, answers out in the order of the input.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "albert/pipelines.h"
#include "common.h"
#include "terminal.h"

namespace cli {

/// Answers a window of good rows: for each the text to print, line feed included, or its error.
using AnswerRows = std::function<std::vector<albert::Outcome<std::string>>(std::span<const Row> rows, const Style& style)>;

/// Reads rows in windows of bounded size (and without waiting for more while a pipe is quiet), and
/// writes the answers. A bad row ends the run with Failure{bad_data} that names it, after the
/// answers before it were written; with --keep-going it gives an error record.
void run_rows(const RowOptions& options, const AnswerRows& answer);

}  // namespace cli
