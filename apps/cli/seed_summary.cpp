#include "seed_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "albert/output_file.h"

namespace cli {
namespace {

using albert::Json;

/// What is counted or named, and has no mean.
bool is_figure(std::string_view name) { return name != "seed" && name != "steps" && name != "best_step" && name != "examples"; }

std::string number(const Json& value) {
  if (value.is_integer()) return std::to_string(value.as_int());
  return value.is_number() ? fmt::format("{:.4f}", value.as_double()) : std::string();
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

void write_text(const std::string& path, std::string_view text) {
  albert::OutputFile file(path);
  file.write(text);
  file.commit();
}

/// "0.9123 ± 0.0045"
std::string with_spread(const Json& summary, const std::string& name, const Json& mean) {
  const Json* spread = summary.find(name + "_std");
  return number(mean) + (spread != nullptr ? " ± " + number(*spread) : "");
}

bool is_spread(const std::string& name) { return name.ends_with("_std"); }

}  // namespace

Json seed_summary(const Json::Array& runs) {
  Json summary = Json::Object{};
  for (const auto& [name, first] : runs.front().as_object()) {
    if (!first.is_number() || !is_figure(name)) continue;
    std::vector<double> values;
    for (const Json& run : runs)
      if (const Json* value = run.find(name); value != nullptr && value->is_number()) values.push_back(value->as_double());
    if (values.size() != runs.size()) continue;
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    for (const double value : values) squares += (value - mean) * (value - mean);
    summary.set(name, mean);
    summary.set(name + "_std", values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0.0);
  }
  summary.set("runs", runs);
  return summary;
}

std::string summary_table(const Json& summary, const Style& style) {
  std::string text;
  for (const auto& [name, value] : summary.as_object())
    if (value.is_number() && !is_spread(name))
      text += fmt::format("{}  {}\n", style.accent(fmt::format("{:<24}", name)), with_spread(summary, name, value));
  const Json* runs = summary.find("runs");
  if (runs == nullptr) return text;
  for (const Json& run : runs->as_array()) {
    text += style.strong("seed " + number(*run.find("seed"))) + ":";
    for (const auto& [name, value] : run.as_object())
      if (name != "seed" && is_figure(name)) text += fmt::format(" {} {}", name, number(value));
    text += "\n";
  }
  return text;
}

void write_seed_report(const std::string& folder, const std::string& title, const Json& summary) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escaped(title) +
      "</title><style>:root { color-scheme: light dark; } body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: "
      "2rem auto; padding: 0 1rem; } td, th { padding: .2rem .6rem; text-align: right; } td:first-child, th:first-child { "
      "text-align: left; }</style></head><body>\n<h1>" +
      escaped(title) + "</h1>\n<table><tr><th>figure</th><th>mean ± standard deviation</th>";
  const auto& runs = summary.find("runs")->as_array();
  for (const Json& run : runs) html += fmt::format("<th><a href=\"seed-{0}/report.html\">seed {0}</a></th>", number(*run.find("seed")));
  html += "</tr>\n";
  for (const auto& [name, value] : summary.as_object()) {
    if (!value.is_number() || is_spread(name)) continue;
    html += "<tr><td>" + escaped(name) + "</td><td>" + with_spread(summary, name, value) + "</td>";
    for (const Json& run : runs) html += "<td>" + number(*run.find(name)) + "</td>";
    html += "</tr>\n";
  }
  write_text(folder + "/report.html", html + "</table></body></html>\n");
  write_text(folder + "/summary.json", albert::dump_json(summary, {.indent = 2}) + "\n");
}

}  // namespace cli
