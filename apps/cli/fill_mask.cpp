// albert fill-mask: words for the [MASK]s of a text.
#include "command.h"
#include "task.h"

namespace cli {
namespace {

using albert::FillMaskPipeline;

std::string show(const std::string& text, const FillMaskPipeline::Result& result, const Style& style) {
  std::string out = style.strong(one_line(text)) + "\n";
  for (std::size_t mask = 0; mask < result.size(); ++mask) {
    if (result.size() > 1) out += style.faint("  mask " + std::to_string(mask + 1)) + "\n";
    std::size_t width = 0;
    for (const auto& candidate : result[mask]) width = std::max(width, width_of(one_line(candidate.token_str)));
    for (const auto& candidate : result[mask])
      out += "  " + short_score(candidate.score) + "  " + style.accent(padded(one_line(candidate.token_str), width)) + "  " +
             style.faint(one_line(candidate.sequence)) + "\n";
  }
  return out;
}

}  // namespace

std::int64_t parse_top_k(const std::string& text) { return text == "all" ? albert::kAll : parse_integer(text, "--top-k"); }

int fill_mask(const Arguments& arguments) {
  ModelOptions model;
  TokenizerChoice tokenizer;
  RowOptions rows;
  CallFlags call;
  albert::FillMaskOptions task;
  std::vector<std::string> targets;
  Options options("fill-mask", "Finds words for every [MASK] of a text.", "[TEXT...]");
  options.value(
      "--top-k", [&](const std::string& text) { task.top_k = parse_top_k(text); }, "N|all", "candidates for each mask (default 5)");
  options.list("--targets", targets, "A,B", "choose among these pieces or words only");
  call.declare_truncation(options);
  declare_common(options, model, tokenizer, rows, {"text"});
  options.positionals(rows.input.arguments);
  options.example("albert fill-mask \"The [MASK] was dark and the wind was cold.\"");
  if (!options.parse(arguments)) return 0;

  for (const auto& list : targets) {
    if (!task.targets) task.targets.emplace();
    for (auto& target : split_commas(list)) task.targets->push_back(std::move(target));
  }
  task.tokenizer_kwargs = call.resolve();
  return run_task<FillMaskPipeline>(model, tokenizer, rows, task, [](const Row& row) { return row.text("text"); }, show);
}

}  // namespace cli
