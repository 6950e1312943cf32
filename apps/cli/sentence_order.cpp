// albert sentence-order: whether two texts stand in the order in which they were written.
#include "command.h"
#include "task.h"

namespace cli {

int sentence_order(const Arguments& arguments) {
  using albert::SentenceOrderPipeline;
  ModelOptions model;
  TokenizerChoice tokenizer;
  RowOptions rows;
  std::optional<std::string> text_pair;
  Options options("sentence-order", "Says whether two texts stand in the right order: ordered or swapped.", "[TEXT...]");
  options.text("--text-pair", text_pair, "TEXT", "the second text");
  declare_common(options, model, tokenizer, rows, {"text", "text_pair"});
  options.positionals(rows.input.arguments);
  options.example("albert sentence-order \"He shut the door.\" --text-pair \"Then he left.\"");
  if (!options.parse(arguments)) return 0;
  rows.constant("text_pair", text_pair);
  return run_task<SentenceOrderPipeline>(
      model, tokenizer, rows, albert::SentenceOrderOptions{},
      [](const Row& row) { return albert::TextInput{row.text("text"), row.text("text_pair")}; },
      [](const albert::TextInput& input, const albert::LabelScore& result, const Style& style) {
        return show_labels(show_texts(input), {result}, style);
      });
}

}  // namespace cli
