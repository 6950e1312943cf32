// albert feature-extraction: vectors of texts or of their tokens.
#include <fmt/format.h>

#include "command.h"
#include "task.h"

namespace cli {
namespace {

using albert::FeatureExtractionPipeline;

/// The shape and the first numbers: the whole is for --json.
std::string show(const std::string& text, const FeatureExtractionPipeline::Result& features, const Style& style) {
  std::string out = style.strong(one_line(text)) + "\n  " + style.accent(albert::to_string(features.shape()));
  const auto values = features.values<float>();
  constexpr std::size_t kShown = 6;
  for (std::size_t i = 0; i < std::min(kShown, values.size()); ++i) out += fmt::format(" {:.4f}", values[i]);
  return out + (values.size() > kShown ? " ...\n" : "\n");
}

}  // namespace

int feature_extraction(const Arguments& arguments) {
  ModelOptions model;
  TokenizerChoice tokenizer;
  RowOptions rows;
  CallFlags call;
  albert::FeatureExtractionOptions task;
  Options options("feature-extraction", "Gives the vectors of a text's tokens, or one vector a text.", "[TEXT...]");
  options.value(
      "--pooling", [&](const std::string& name) { task.pooling = albert::pooling_from_string(name); }, "none|cls|mean|max",
      "one vector a text (none: a vector a token)");
  options.flag("--normalize", task.normalize, "vectors of length 1");
  call.declare_truncation(options);
  declare_common(options, model, tokenizer, rows, {"text"});
  options.positionals(rows.input.arguments);
  options.example("albert feature-extraction --pooling mean --json \"The wind was cold.\"");
  if (!options.parse(arguments)) return 0;
  task.tokenizer_kwargs = call.resolve();
  return run_task<FeatureExtractionPipeline>(model, tokenizer, rows, task, [](const Row& row) { return row.text("text"); }, show);
}

}  // namespace cli
