#include "completion.h"

namespace cli {
namespace {

/// With a backslash before what ends a part of an _arguments specification.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// What completes a value: a list of words, file names, or nothing.
std::string action(const std::vector<std::string>& words, Paths paths) {
  std::string list = words.empty() ? "" : "(" + joined(words) + ")";
  if (paths == Paths::none) return list.empty() ? " " : list;
  const std::string files = paths == Paths::files ? "_files" : "_files -/";
  return list.empty() ? files : "{_alternative \"values\\:value\\:" + list + "\" \"files\\:file\\:" + files + "\"}";
}

std::string specification(const Option& option) {
  const std::string help = "[" + escaped(option.help) + "]";
  const std::string value = option.is_flag() ? "" : ":" + escaped(option.metavar) + ":" + action(option.values, paths_of(option.metavar));
  const std::string mark = option.is_flag() ? "" : "=";
  if (option.letter == '\0') return shell_quoted((option.repeatable ? "*" : "") + option.name + mark + help + value);
  const std::string letter = std::string("-") + option.letter;
  return shell_quoted("(" + letter + " " + option.name + ")") + "{" + letter + "," + option.name + mark + "}" + shell_quoted(help + value);
}

}  // namespace

std::string zsh_completion(std::span<const Completed> commands) {
  std::string names, cases;
  for (const auto& command : commands) {
    names += "      " + shell_quoted(escaped(command.name) + ":" + command.summary) + "\n";
    cases += "    " + command.name + ")\n      _arguments -s -S \\\n";
    for (const auto& option : all_options(command.table)) cases += "        " + specification(option) + " \\\n";
    cases += "        " + shell_quoted("(-h --help)") + "{-h,--help}" + shell_quoted("[the options of the command]");
    const std::string& positional = command.table.positional;
    if (!positional.empty())
      cases += " \\\n        " + shell_quoted("*:" + escaped(positional) + ":" + action(command.words, paths_of(positional)));
    cases += " ;;\n";
  }
  return R"(#compdef albert
# zsh completion for albert, printed by `albert completion zsh`
_albert() {
  if ((CURRENT == 2)); then
    local -a commands=(
)" + names +
         R"(    )
    local -a options=('--help:the commands' '--version:the version')
    if [[ $PREFIX == -* ]]; then
      _describe -o option options
    else
      _describe command commands
    fi
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
)" + cases +
         R"(  esac
}
if [[ ${funcstack[1]} == _albert ]]; then
  _albert "$@"
else
  compdef _albert albert
fi
)";
}

}  // namespace cli
