#include "evaluation_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace cli {
namespace {

using albert::Json;

std::string shown(const Json& value) {
  if (value.is_double()) return fmt::format("{:.4f}", value.as_double());
  if (value.is_integer()) return std::to_string(value.as_int());
  return value.is_string() ? one_line(value.as_string()) : "-";
}

std::string right(const std::string& text, std::size_t width) {
  const std::size_t taken = width_of(text);
  return std::string(width > taken ? width - taken : 0, ' ') + text;
}

/// A row an entry of `parts`, a column a member of theirs.
std::string parts_table(const std::string& heading, const Json::Object& parts, const Style& style) {
  if (parts.empty()) return "";
  constexpr std::size_t kColumn = 11;
  std::size_t width = width_of(heading);
  for (const auto& [name, scores] : parts) width = std::max(width, width_of(one_line(name)));
  std::string out = "\n" + padded(heading, width);
  for (const auto& [column, value] : parts.front().second.as_object()) out += right(column, kColumn);
  out = style.faint(out) + "\n";
  for (const auto& [name, scores] : parts) {
    out += style.accent(padded(one_line(name), width));
    for (const auto& [column, value] : scores.as_object()) out += right(shown(value), kColumn);
    out += "\n";
  }
  return out;
}

std::string confusion_table(const Json& matrix, const Style& style) {
  if (matrix.is_null()) return "";
  const auto& labels = matrix.find("labels")->as_array();
  const auto& counts = matrix.find("counts")->as_array();
  std::size_t width = width_of("truth \\ prediction");
  for (const Json& label : labels) width = std::max(width, width_of(shown(label)) + 6);
  std::string header = padded("truth \\ prediction", width);
  for (std::size_t i = 0; i < labels.size(); ++i) header += right(std::to_string(i), 7);
  std::string out = "\n" + style.faint(header) + "\n";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    out += style.accent(padded(fmt::format("{:>4} {}", i, shown(labels[i])), width));
    for (const Json& count : counts[i].as_array()) out += right(count.as_int() == 0 ? "." : shown(count), 7);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string metrics_table(const Json& metrics, const Style& style) {
  std::size_t width = 0, column = 0;
  for (const auto& [name, value] : metrics.as_object())
    if (!value.is_object()) {
      width = std::max(width, width_of(name));
      column = std::max(column, width_of(shown(value)));
    }
  std::string out, below;
  for (const auto& [name, value] : metrics.as_object()) {
    if (name == "confusion_matrix") {
      below += confusion_table(value, style);
    } else if (value.is_object()) {
      below += parts_table(name == "by_type" ? "type" : "label", value.as_object(), style);
    } else {
      out += style.accent(padded(name, width)) + "  " + right(shown(value), column) + "\n";
    }
  }
  return out + below;
}

Json confusion_matrix(const albert::Evaluation& result) {
  if (result.labels.empty() || result.pairs.empty()) return nullptr;
  std::set<std::int32_t> present;
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> cells;
  for (const auto& pair : result.pairs) {
    present.insert({pair.first, pair.second});
    ++cells[pair];
  }
  Json::Array labels, counts;
  for (const std::int32_t truth : present) {
    labels.emplace_back(result.labels[static_cast<std::size_t>(truth)]);
    Json::Array row;
    for (const std::int32_t prediction : present) {
      const auto cell = cells.find({truth, prediction});
      row.emplace_back(cell == cells.end() ? 0 : cell->second);
    }
    counts.emplace_back(std::move(row));
  }
  return Json::Object{{"labels", std::move(labels)}, {"counts", std::move(counts)}};
}

}  // namespace cli
