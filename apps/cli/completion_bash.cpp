#include "completion.h"

namespace cli {
namespace {

std::string spelled(const Option& option) { return option.letter == '\0' ? option.name : option.name + "|-" + option.letter; }

/// "words=... paths=...": what is offered where a value stands.
std::string offer(const std::vector<std::string>& words, Paths paths) {
  std::string text;
  if (!words.empty()) text += " words=" + shell_quoted(joined(words));
  if (paths != Paths::none) text += paths == Paths::files ? " paths=-f" : " paths=-d";
  return text;
}

std::string options_of(const Completed& command) {
  std::vector<std::string> names;
  for (const auto& option : all_options(command.table)) names.push_back(option.name);
  names.emplace_back("--help");
  return joined(names);
}

std::string case_of(const Completed& command) {
  std::string text = "    " + command.name + ")\n      options=" + shell_quoted(options_of(command)) +
                     offer(command.words, paths_of(command.table.positional)) + "\n      case $previous in\n";
  for (const auto& option : all_options(command.table)) {
    if (option.is_flag()) continue;
    text += "        " + spelled(option) + ") options= words= paths=" + offer(option.values, paths_of(option.metavar)) + " value=1 ;;\n";
  }
  return text + "      esac ;;\n";
}

}  // namespace

std::string bash_completion(std::span<const Completed> commands) {
  std::vector<std::string> names;
  std::string cases;
  for (const auto& command : commands) {
    names.push_back(command.name);
    cases += case_of(command);
  }
  names.emplace_back("--help");
  names.emplace_back("--version");
  return R"(# bash completion for albert, printed by `albert completion bash`
_albert() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} options= words= paths= value=
  COMPREPLY=()
  # bash takes --name=value for three words
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W )" +
         shell_quoted(joined(names)) + R"( -- "$current")
    return
  fi
  local i
  for ((i = 2; i < COMP_CWORD; ++i)); do
    [[ ${COMP_WORDS[i]} == -- ]] && return
  done
  case ${COMP_WORDS[1]} in
)" + cases +
         R"(  esac
  if [[ $current == -* && ! $value ]]; then
    words=$options paths=
  elif [[ ! $words$paths$value && ! $current ]]; then
    words=$options
  fi
  [[ $words ]] && mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [[ $paths ]]; then
    compopt -o filenames 2> /dev/null
    local found
    mapfile -t found < <(compgen "$paths" -- "$current")
    COMPREPLY+=("${found[@]}")
  fi
}
complete -F _albert albert
)";
}

}  // namespace cli
