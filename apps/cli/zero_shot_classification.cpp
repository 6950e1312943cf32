// albert zero-shot-classification: labels chosen at run time, judged by a model of entailment.
#include "command.h"
#include "task.h"

namespace cli {

int zero_shot_classification(const Arguments& arguments) {
  using albert::ZeroShotClassificationPipeline;
  ModelOptions model;
  TokenizerChoice tokenizer;
  RowOptions rows;
  albert::ZeroShotClassificationOptions task;
  Options options("zero-shot-classification", "Ranks labels that are chosen now, with a model trained on entailment.", "[TEXT...]");
  options.value(
      "--candidate-labels",
      [&](const std::string& list) {
        for (auto& label : ZeroShotClassificationPipeline::parse_labels(list)) task.candidate_labels.push_back(std::move(label));
      },
      "A,B", "the labels (required)");
  options.text("--hypothesis-template", task.hypothesis_template, "TEXT", "{} stands for the label (\"This example is {}.\")");
  options.flag("--multi-label", task.multi_label, "judge every label by itself");
  declare_common(options, model, tokenizer, rows, {"text"});
  options.positionals(rows.input.arguments);
  options.example("albert zero-shot-classification --candidate-labels bank,trip \"I lost my card.\"");
  if (!options.parse(arguments)) return 0;

  return run_task<ZeroShotClassificationPipeline>(
      model, tokenizer, rows, task, [](const Row& row) { return row.text("text"); },
      [](const std::string& text, const ZeroShotClassificationPipeline::Result& result, const Style& style) {
        return show_labels(text, result.labels, style);
      });
}

}  // namespace cli
