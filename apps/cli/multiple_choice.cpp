// albert multiple-choice: which choice goes on from a text.
#include "command.h"
#include "task.h"

namespace cli {
namespace {

using albert::MultipleChoicePipeline;

std::string show(const albert::MultipleChoiceInput& input, const MultipleChoicePipeline::Result& choices, const Style& style) {
  std::string out = style.strong(one_line(input.text)) + "\n";
  for (const auto& choice : choices) out += "  " + short_score(choice.score) + "  " + style.accent(one_line(choice.text)) + "\n";
  return out;
}

}  // namespace

int multiple_choice(const Arguments& arguments) {
  ModelOptions model;
  TokenizerChoice tokenizer;
  RowOptions rows;
  std::vector<std::string> choices;
  Options options("multiple-choice", "Ranks choices by how well they go on from a text.", "[TEXT...]");
  options.list("--choice", choices, "TEXT", "one choice; repeat it for each");
  declare_common(options, model, tokenizer, rows, {"text", "choices"});
  options.positionals(rows.input.arguments);
  options.example("albert multiple-choice \"It was hot.\" --choice \"Snow fell.\" --choice \"She swam.\"");
  if (!options.parse(arguments)) return 0;

  if (!choices.empty()) rows.input.constants.emplace_back("choices", albert::Json(albert::Json::Array(choices.begin(), choices.end())));
  return run_task<MultipleChoicePipeline>(
      model, tokenizer, rows, albert::MultipleChoiceOptions{},
      [](const Row& row) { return albert::MultipleChoiceInput{row.text("text"), row.texts("choices")}; }, show);
}

}  // namespace cli
