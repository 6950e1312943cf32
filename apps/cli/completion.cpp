// albert completion: a script for the shell.
#include "completion.h"

#include "command.h"
#include "failure.h"
#include "options.h"
#include "output.h"
#include "suggest.h"

namespace cli {
namespace {

std::vector<Completed> completed_commands() {
  std::vector<std::string> names;
  for (const auto& command : commands()) names.emplace_back(command.name);
  std::vector<Completed> all;
  for (const auto& command : commands()) {
    Completed one{command.name, command.summary, describe(command), {}};
    one.words = values_of(one.table.positional);
    if (one.table.positional.find("COMMAND") != std::string::npos) one.words.insert(one.words.end(), names.begin(), names.end());
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::vector<Option> all_options(const CommandTable& table) {
  std::vector<Option> options = table.options;
  options.insert(options.end(), table.common.begin(), table.common.end());
  return options;
}

int completion(const Arguments& arguments) {
  std::vector<std::string> words;
  std::optional<std::string> output_path;
  Options options("completion", "Prints a script that completes commands, options, their values and file names.", "bash|zsh|fish");
  options.text("--output", output_path, "FILE", "write here instead of standard output").says_what_is_written();
  options.positionals(words);
  options.without_config_files();
  options.example("albert completion bash");
  options.example("source <(albert completion bash)");
  options.example("albert completion fish | source");
  if (!options.parse(arguments)) return 0;

  const std::string shell = words.size() == 1 ? words.front() : "";
  const auto commands = completed_commands();
  std::string script;
  if (shell == "bash") {
    script = bash_completion(commands);
  } else if (shell == "zsh") {
    script = zsh_completion(commands);
  } else if (shell == "fish") {
    script = fish_completion(commands);
  } else {
    throw Failure(Exit::usage, "expected one shell: bash, zsh or fish" + did_you_mean(shell, {"bash", "zsh", "fish"}));
  }
  Output output(output_path);
  output.write(script);
  output.commit();
  return 0;
}

}  // namespace cli
