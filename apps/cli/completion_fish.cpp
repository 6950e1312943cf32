#include "completion.h"

namespace cli {
namespace {

/// In single quotes, where a backslash and a quote need a backslash.
std::string fish_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

/// What completes a value: a list of words, file names, or nothing.
std::string action(const std::vector<std::string>& words, Paths paths) {
  std::string text = paths == Paths::files ? " -F" : "";
  const std::string list = joined(words) + (paths == Paths::directories ? " (__fish_complete_directories)" : "");
  return list.empty() ? text : text + " -a " + fish_quoted(list);
}

std::string line_of(const std::string& condition, const Option& option) {
  std::string line = "complete -c albert -n " + fish_quoted(condition) + " -l " + option.name.substr(2);
  if (option.letter != '\0') line += std::string(" -s ") + option.letter;
  const Paths paths = paths_of(option.metavar);
  if (!option.is_flag()) line += (paths == Paths::files ? " -r" : " -x") + action(option.values, paths);
  return line + " -d " + fish_quoted(option.help) + "\n";
}

}  // namespace

std::string fish_completion(std::span<const Completed> commands) {
  std::string text =
      R"(# fish completion for albert, printed by `albert completion fish`
function __albert_command
    set -l words (commandline -opc)
    test (count $words) -gt 1; or return 1
    test "$argv[1]" = ''; or test "$words[2]" = "$argv[1]"
end
complete -c albert -f
complete -c albert -n 'not __albert_command' -l help -s h -d 'the commands'
complete -c albert -n 'not __albert_command' -l version -d 'the version'
)";
  for (const auto& command : commands)
    text += "complete -c albert -n 'not __albert_command' -a " + command.name + " -d " + fish_quoted(command.summary) + "\n";
  for (const auto& command : commands) {
    const std::string condition = "__albert_command " + command.name;
    for (const auto& option : command.table.options) text += line_of(condition, option);
    if (const std::string words = action(command.words, paths_of(command.table.positional)); !words.empty())
      text += "complete -c albert -n " + fish_quoted(condition) + words + "\n";
  }
  if (!commands.empty())
    for (const auto& option : commands.front().table.common) text += line_of("__albert_command", option);
  return text + "complete -c albert -n __albert_command -l help -s h -d 'the options of the command'\n";
}

}  // namespace cli
