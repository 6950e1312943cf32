#include "log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iterator>

#include "albert/json.h"
#include "failure.h"
#include "utf8.h"

namespace cli {
namespace {

constexpr const char* kNames[] = {"off", "error", "warning", "info", "debug"};

/// "2024-01-31T12:00:00.123Z"
std::string now() {
  const auto time = std::chrono::system_clock::now();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)), milliseconds);
}

std::string line_of(Level level, std::string_view message) {
  const auto& settings = log_settings();
  if (settings.json)
    return albert::dump_json(albert::Json::Object{
        {"time", now()}, {"level", kNames[static_cast<int>(level)]}, {"command", settings.command}, {"message", as_utf8(message)}});
  std::string line = "albert";
  if (level == Level::error && !settings.command.empty()) line += " " + settings.command;
  if (level == Level::warning || level == Level::debug) line.append(": ").append(kNames[static_cast<int>(level)]);
  return line.append(": ").append(message);
}

}  // namespace

LogSettings& log_settings() {
  static LogSettings settings = [] {
    LogSettings initial;
    const char* format = std::getenv("ALBERT_LOG_FORMAT");
    initial.json = format != nullptr && std::string_view(format) == "json";
    return initial;
  }();
  return settings;
}

bool log_enabled(Level level) { return level <= log_settings().level; }

void log(Level level, std::string_view message) {
  if (!log_enabled(level)) return;
  const std::string line = line_of(level, message) + "\n";
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (count < 0) return;  // there is nowhere else to complain
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

Level level_from_string(const std::string& name) {
  for (int i = 0; i < static_cast<int>(std::size(kNames)); ++i)
    if (name == kNames[i]) return static_cast<Level>(i);
  throw Failure(Exit::usage, "expected error, warning, info, debug or off, got '" + name + "'");
}

}  // namespace cli
