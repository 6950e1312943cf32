#include "train/run/run_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/check.h"
#include "base/file.h"
#include "train/run/event_file.h"

namespace albert {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

void append(const std::string& path, std::string_view text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "ab"),
                                                             [](std::FILE* open) { return std::fclose(open); });
  const bool written = file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() && std::fflush(file.get()) == 0;
  require(written, ErrorCode::io, "{}: cannot write: {}", path, std::strerror(errno));
}

std::int64_t step_of(const Json& entry) {
  const Json* step = entry.find("step");
  return step != nullptr && step->is_integer() ? step->as_int() : 0;
}

/// The whole lines of an earlier part of the run; a line that was cut by its end is not among them.
Json::Array read_entries(const std::string& path, std::int64_t last_step) {
  Json::Array entries;
  if (!is_file(path)) return entries;
  const auto file = MappedFile::open(path);
  std::string_view text = file->text();
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    Json entry = parse_json(text.substr(0, end));
    if (step_of(entry) <= last_step) entries.push_back(std::move(entry));
    text.remove_prefix(end + 1);
  }
  return entries;
}

}  // namespace

RunLog::RunLog(std::string folder, std::int64_t last_step) : folder_(std::move(folder)) {
  const std::string path = join_path(folder_, "metrics.jsonl");
  entries_ = read_entries(path, last_step);
  std::string text;
  for (const auto& entry : entries_) text += dump_json(entry) + "\n";
  write_file(path, text);
  const double start = now();
  events_ = join_path(folder_, fmt::format("events.out.tfevents.{}.{}", static_cast<std::int64_t>(start), ::getpid()));
  append(events_, version_event(start));
}

void RunLog::add(const Json& entry) {
  entries_.push_back(entry);
  append(join_path(folder_, "metrics.jsonl"), dump_json(entry) + "\n");
  std::vector<std::pair<std::string, double>> scalars;
  for (const auto& [name, value] : entry.as_object())
    if (value.is_number() && name != "step") scalars.emplace_back(name, value.as_double());
  append(events_, scalar_event(now(), step_of(entry), scalars));
}

void RunLog::write_csv() const {
  std::vector<std::string> columns;
  for (const auto& entry : entries_)
    for (const auto& [name, value] : entry.as_object())
      if (std::find(columns.begin(), columns.end(), name) == columns.end()) columns.push_back(name);
  std::string text = fmt::format("{}\n", fmt::join(columns, ","));
  for (const auto& entry : entries_) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Json* value = entry.find(columns[i]);
      text += (i == 0 ? "" : ",") + (value != nullptr && value->is_number() ? dump_json(*value) : std::string());
    }
    text += "\n";
  }
  write_file(join_path(folder_, "metrics.csv"), text);
}

}  // namespace albert
