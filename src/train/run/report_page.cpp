#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "train/run/report.h"

namespace albert {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1b1b1f; --soft: #6b6b76; --line: #d8d8de; --page: #ffffff; --mark: 37, 99, 235; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8ec; --soft: #9a9aa6; --line: #3a3a42; --page: #16161a; --mark: 96, 165, 250; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .85rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 11px; } svg path { fill: none; stroke: rgb(var(--mark)); stroke-width: 1.5; }
svg line { stroke: var(--line); } .scroll { overflow-x: auto; } .confusion td { text-align: right; font-variant-numeric: tabular-nums; }
.confusion th.top { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: normal; } .confusion th { font-weight: normal; color: var(--soft); }
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

struct Point {
  double x = 0, y = 0;
};

std::string curve(const std::string& name, const std::vector<Point>& points) {
  constexpr double kWidth = 360, kHeight = 160, kLeft = 58, kBottom = 24, kTop = 8, kRight = 8;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const Point& point : points) {
    low = std::min(low, point.y);
    high = std::max(high, point.y);
  }
  if (high == low) {
    high += 0.5;
    low -= 0.5;
  }
  const double first = points.front().x, last = std::max(points.back().x, first + 1);
  std::string path;
  for (const Point& point : points)
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", kLeft + (point.x - first) / (last - first) * (kWidth - kLeft - kRight),
                        kTop + (high - point.y) / (high - low) * (kHeight - kTop - kBottom));
  return fmt::format(
      "<figure><svg viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"{2}\"><line x1=\"{3}\" y1=\"{4}\" x2=\"{3}\" y2=\"{5}\"/>"
      "<line x1=\"{3}\" y1=\"{5}\" x2=\"{6}\" y2=\"{5}\"/><text x=\"{7}\" y=\"{8}\" text-anchor=\"end\">{9:.3g}</text>"
      "<text x=\"{7}\" y=\"{5}\" text-anchor=\"end\">{10:.3g}</text><text x=\"{3}\" y=\"{11}\">{12}</text>"
      "<text x=\"{6}\" y=\"{11}\" text-anchor=\"end\">{13}</text><path d=\"{14}\"/></svg><figcaption>{2} by update</figcaption></figure>\n",
      kWidth, kHeight, escaped(name), kLeft, kTop, kHeight - kBottom, kWidth - kRight, kLeft - 6, kTop + 10, high, low, kHeight - 8,
      static_cast<std::int64_t>(first), static_cast<std::int64_t>(last), path);
}

std::string curves(const Json::Array& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries)
    for (const auto& [name, value] : entry.as_object())
      if (name != "step" && name != "epoch" && value.is_number() && std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
  std::string html;
  for (const auto& name : names) {
    std::vector<Point> points;
    for (const auto& entry : entries)
      if (const Json* value = entry.find(name); value != nullptr && value->is_number() && std::isfinite(value->as_double()))
        points.push_back({entry.find("step")->as_double(), value->as_double()});
    if (points.size() > 1) html += curve(name, points);
  }
  return html.empty() ? "" : "<h2>Curves</h2>\n<div class=\"curves\">\n" + html + "</div>\n";
}

std::string figures(const RunSummary& summary) {
  if (summary.best.empty() && summary.last.empty()) return "";
  std::string html = "<h2>Figures</h2>\n<table><tr><th></th>";
  html += fmt::format("<th class=\"number\">best (update {})</th><th class=\"number\">last (update {})</th></tr>\n",
                      summary.best_step.value_or(summary.step), summary.step);
  for (const auto& [name, value] : summary.last) {
    const auto best = std::find_if(summary.best.begin(), summary.best.end(), [&](const auto& one) { return one.first == name; });
    html += fmt::format("<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{:.4f}</td></tr>\n", escaped(name),
                        best == summary.best.end() ? "" : fmt::format("{:.4f}", best->second), value);
  }
  return html + "</table>\n";
}

std::string confusion(const EvaluationDetails& details) {
  if (details.confusion.empty()) return "";
  std::string html =
      "<h2>Confusion</h2>\n<p>Rows are the labels of the data, columns what was predicted.</p>\n<div class=\"scroll\"><table "
      "class=\"confusion\"><tr><th></th>";
  for (const auto& label : details.labels) html += "<th class=\"top\">" + escaped(label) + "</th>";
  html += "</tr>\n";
  for (std::size_t row = 0; row < details.confusion.size(); ++row) {
    std::int64_t sum = 0;
    for (const std::int64_t count : details.confusion[row]) sum += count;
    html += "<tr><th>" + escaped(row < details.labels.size() ? details.labels[row] : std::to_string(row)) + "</th>";
    for (const std::int64_t count : details.confusion[row])
      html += count == 0 ? std::string("<td></td>")
                         : fmt::format("<td style=\"background: rgba(var(--mark), {:.2f})\">{}</td>",
                                       0.6 * static_cast<double>(count) / static_cast<double>(std::max<std::int64_t>(1, sum)), count);
    html += "</tr>\n";
  }
  return html + "</table></div>\n";
}

std::string mistakes(const EvaluationDetails& details) {
  if (details.mistakes.empty()) return "";
  std::string html =
      "<h2>Worst mistakes</h2>\n<table><tr><th>text</th><th>label</th><th>predicted</th><th class=\"number\">score</th></tr>\n";
  for (const auto& mistake : details.mistakes)
    html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"number\">{:.3f}</td></tr>\n", escaped(mistake.text),
                        escaped(mistake.expected), escaped(mistake.predicted), mistake.score);
  return html + "</table>\n";
}

std::string settings(const RunSummary& summary) {
  std::string html = "<h2>Settings</h2>\n<table>\n";
  const auto row = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) html += "<tr><td>" + escaped(name) + "</td><td>" + escaped(value) + "</td></tr>\n";
  };
  const auto& about = summary.description;
  row("task", about.task);
  row("started from", about.base_model);
  row("training data", about.train_data);
  row("held-out data", about.dev_data);
  for (const auto& [name, value] : about.facts) row(name, value);
  for (const auto& [name, value] : summary.options.as_object()) row(name, value.is_string() ? value.as_string() : dump_json(value));
  return html + "</table>\n";
}

}  // namespace

std::string report_page(const RunSummary& summary) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>" +
      escaped(summary.description.title) + "</title><style>" + std::string(kStyle) + "</style></head><body>\n<h1>" +
      escaped(summary.description.title) + "</h1>\n";
  html +=
      fmt::format("<p>{} of {} updates{}.</p>\n", summary.step, summary.total_steps,
                  summary.rollbacks > 0 ? fmt::format("; the run diverged and went back {} time(s)", summary.rollbacks) : std::string());
  html += figures(summary) + curves(summary.entries) + confusion(summary.details) + mistakes(summary.details) + settings(summary);
  return html + "</body></html>\n";
}

}  // namespace albert
