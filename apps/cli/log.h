// Notes to standard error: errors, warnings, progress; as text, or as one JSON object a line.
#pragma once

#include <string>
#include <string_view>

namespace cli {

enum class Level { off, error, warning, info, debug };

struct LogSettings {
  Level level = Level::info;
  bool json = false;
  std::string command;  ///< of which the notes are; empty before one is known
};

/// How this process logs. Options::parse() sets it.
[[nodiscard]] LogSettings& log_settings();
[[nodiscard]] bool log_enabled(Level level);
/// Writes a note when its level is enabled. JSON: {"time", "level", "command", "message"}.
void log(Level level, std::string_view message);
inline void warn(std::string_view message) { log(Level::warning, message); }

/// "warning" -> Level::warning. Failure{usage}.
[[nodiscard]] Level level_from_string(const std::string& name);

}  // namespace cli
