// The prompt of a command that reads rows, opened when a person gave it none.
#pragma once

#include "run_rows.h"

namespace cli {

/// No rows were given, lines are texts, and both standard input and output are a terminal.
[[nodiscard]] bool wants_prompt(const RowOptions& options);

/// Answers each line that is typed, until Ctrl-D. What is wrong with one line ends that line only.
void run_prompt(const RowOptions& options, const AnswerRows& answer);

}  // namespace cli
