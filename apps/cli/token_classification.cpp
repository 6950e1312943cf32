// albert token-classification: named entities and other labels of words.
#include "command.h"
#include "task.h"

namespace cli {
namespace {

using albert::TokenClassificationPipeline;

std::string show(const std::string& text, const TokenClassificationPipeline::Result& entities, const Style& style) {
  std::string out = style.strong(one_line(text)) + "\n";
  std::size_t label_width = 0, word_width = 0;
  for (const auto& entity : entities) {
    label_width = std::max(label_width, width_of(one_line(entity.label)));
    word_width = std::max(word_width, width_of(one_line(entity.word)));
  }
  for (const auto& entity : entities) {
    out += "  " + short_score(entity.score) + "  " + style.accent(padded(one_line(entity.label), label_width)) + "  " +
           padded(one_line(entity.word), word_width);
    if (entity.start) out += style.faint("  " + std::to_string(*entity.start) + "-" + std::to_string(*entity.end));
    out += "\n";
  }
  return out;
}

}  // namespace

int token_classification(const Arguments& arguments) {
  ModelOptions model;
  TokenizerChoice tokenizer;
  RowOptions rows;
  albert::TokenClassificationOptions task;
  Options options("token-classification", "Labels the words of a text: named entities, parts of speech.", "[TEXT...]");
  options
      .value(
          "--aggregation-strategy",
          [&](const std::string& name) { task.aggregation_strategy = albert::aggregation_strategy_from_string(name); }, "NAME",
          "none (default), simple, first, average, max")
      .choices({"none", "simple", "first", "average", "max"})
      .in_any_case();
  options.value(
      "--ignore-labels", [&](const std::string& list) { task.ignore_labels = split_commas(list); }, "A,B",
      "labels to leave out (default O; \"\" keeps all)");
  options.integer("--stride", task.stride, "N", "read long texts in windows that overlap by N tokens");
  declare_common(options, model, tokenizer, rows, {"text"});
  options.positionals(rows.input.arguments);
  options.example("albert token-classification --aggregation-strategy first \"Anna saw Rome.\"");
  if (!options.parse(arguments)) return 0;
  return run_task<TokenClassificationPipeline>(model, tokenizer, rows, task, [](const Row& row) { return row.text("text"); }, show);
}

}  // namespace cli
