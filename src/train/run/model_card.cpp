#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "albert/error.h"
#include "train/run/report.h"

namespace albert {
namespace {

/// A double-quoted YAML text; JSON's are.
std::string quoted(const std::string& text) {
  try {
    return dump_json(Json(text), {.ensure_ascii = false});
  } catch (const Error&) {
    return "\"(not UTF-8)\"";
  }
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.6g}", value) : std::string(".nan"); }

}  // namespace

std::string model_card(const RunSummary& summary) {
  const auto& about = summary.description;
  std::string card = "---\nlibrary_name: transformers\ntags:\n- albert\n";
  if (!about.task.empty()) card += "pipeline_tag: " + about.task + "\n";
  if (!about.base_model.empty()) card += "base_model: " + quoted(about.base_model) + "\n";
  if (!summary.best.empty()) {
    card += "metrics:\n";
    for (const auto& [name, value] : summary.best) card += "- " + name + "\n";
    card += "model-index:\n- name: " + quoted(about.title) +
            "\n  results:\n  - task:\n      type: " + (about.task.empty() ? "other" : about.task) +
            "\n    dataset:\n      name: " + quoted(about.dev_data.empty() ? "unknown" : about.dev_data) +
            "\n      type: other\n    metrics:\n";
    for (const auto& [name, value] : summary.best) card += "    - type: " + name + "\n      value: " + number(value) + "\n";
  }
  card += "---\n\n# " + about.title + "\n\n";
  if (!about.base_model.empty()) card += "Started from `" + about.base_model + "`. ";
  if (!about.train_data.empty()) card += "Trained on `" + about.train_data + "`. ";
  card += fmt::format("{} updates of {}.\n\n", summary.step, summary.total_steps);
  if (summary.rollbacks > 0)
    card += fmt::format("The run diverged {} time(s); it then went back to its last checkpoint and on at half the rate.\n\n",
                        summary.rollbacks);
  if (!summary.best.empty()) {
    card += fmt::format("## Figures\n\nOn `{}`, at update {}:\n\n| metric | value |\n| --- | --- |\n", about.dev_data,
                        summary.best_step.value_or(summary.step));
    for (const auto& [name, value] : summary.best) card += "| " + name + " | " + number(value) + " |\n";
    card += "\n";
  }
  card += "## Training\n\n| option | value |\n| --- | --- |\n";
  for (const auto& [name, value] : about.facts) card += "| " + name + " | " + value + " |\n";
  for (const auto& [name, value] : summary.options.as_object())
    card += "| " + name + " | " + (value.is_string() ? value.as_string() : dump_json(value)) + " |\n";
  return card;
}

}  // namespace albert
