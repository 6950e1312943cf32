// albert text-classification: labels for a text or a pair of texts.
#include "command.h"
#include "task.h"

namespace cli {

std::string show_labels(const std::string& text, const std::vector<albert::LabelScore>& labels, const Style& style) {
  std::string out = style.strong(one_line(text)) + "\n";
  std::size_t width = 0;
  for (const auto& label : labels) width = std::max(width, width_of(label.label));
  for (const auto& label : labels) out += "  " + short_score(label.score) + "  " + style.accent(one_line(label.label)) + "\n";
  return out;
}

std::string show_texts(const albert::TextInput& input) { return input.text_pair ? input.text + " | " + *input.text_pair : input.text; }

albert::TextInput text_input(const Row& row) { return {row.text("text"), row.optional_text("text_pair")}; }

int text_classification(const Arguments& arguments) {
  using albert::TextClassificationPipeline;
  ModelOptions model;
  TokenizerChoice tokenizer;
  RowOptions rows;
  CallFlags call;
  albert::TextClassificationOptions task;
  std::optional<std::string> text_pair;
  Options options("text-classification", "Gives a label to a text, or to a pair of texts.", "[TEXT...]");
  options.text("--text-pair", text_pair, "TEXT", "the second text");
  options.value("--top-k", [&](const std::string& text) { task.top_k = parse_top_k(text); }, "N|all", "a list of the N best labels");
  options.text("--function-to-apply", task.function_to_apply, "NAME", "sigmoid, softmax or none (default: by the model)")
      .choices({"sigmoid", "softmax", "none"})
      .in_any_case();
  call.declare_truncation(options);
  declare_common(options, model, tokenizer, rows, {"text", "text_pair"});
  options.positionals(rows.input.arguments);
  options.example("albert text-classification \"My card was declined in a shop.\"");
  if (!options.parse(arguments)) return 0;

  rows.constant("text_pair", text_pair);
  task.tokenizer_kwargs = call.resolve();
  return run_task<TextClassificationPipeline>(model, tokenizer, rows, task, text_input,
                                              [](const albert::TextInput& input, const TextClassificationPipeline::Result& result,
                                                 const Style& style) { return show_labels(show_texts(input), result.labels, style); });
}

}  // namespace cli
