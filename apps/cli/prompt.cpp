#include "prompt.h"

#include <unistd.h>

#include "failure.h"
#include "interrupt.h"
#include "line_editor.h"
#include "log.h"
#include "output.h"

namespace cli {
namespace {

/// The row of one line, as if it were an argument.
Row row_of(const std::string& line, InputOptions input) {
  input.arguments = {line};
  Row row;
  RowReader(std::move(input)).next(row);
  return row;
}

void answer_line(const std::string& line, const RowOptions& options, const AnswerRows& answer, const Style& style) {
  const Row row = row_of(line, options.input);
  if (row.error) throw Failure(Exit::bad_data, *row.error);
  const auto answers = in_stage(Stage::data, [&] { return answer(std::span(&row, 1), style); });
  for (const auto& one : answers) {
    if (!one.ok()) throw Failure(exit_for(one.error().code(), Stage::data), one.error().what());
    if (const auto* text = std::get_if<std::string>(&one.value())) {
      print(*text);
    } else {
      print(in_stage(Stage::data, std::get<1>(one.value())));
    }
  }
}

bool ends_the_program(Exit code) { return code == Exit::internal || code == Exit::write; }

}  // namespace

bool wants_prompt(const RowOptions& options) {
  return options.input.arguments.empty() && options.input.files.empty() && !options.output &&
         options.input.format.value_or("text") == "text" && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

void run_prompt(const RowOptions& options, const AnswerRows& answer) {
  const DeferInterrupts one_ends_a_line_two_the_program;
  const Style style(true);
  log(Level::info, "a text a line; Ctrl-D ends");
  LineEditor editor(log_settings().command + "> ");
  while (const auto line = editor.read()) {
    if (line->find_first_not_of(" \t") == std::string::npos) continue;
    try {
      answer_line(*line, options, answer, style);
    } catch (const Failure& failure) {
      if (failure.code() == Exit::interrupted) {
        take_interrupt();
        print("^C\n");
        continue;
      }
      if (ends_the_program(failure.code())) throw;
      log(Level::error, failure.what());
    }
  }
}

}  // namespace cli
