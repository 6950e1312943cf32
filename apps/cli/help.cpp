// albert help: the options of a command, or what all commands share.
#include "help.h"

#include <fmt/format.h>

#include <algorithm>

#include "command.h"
#include "failure.h"
#include "options.h"
#include "output.h"
#include "suggest.h"

namespace cli {
namespace {

constexpr std::size_t kWidth = 80;

std::string left_of(const Option& option) {
  const std::string name = option.letter == '\0' ? option.name : std::string("-") + option.letter + ", " + option.name;
  return option.is_flag() ? name : name + " " + option.metavar;
}

/// "  --name METAVAR  help", the help in a column that wraps.
std::string lines_of(const std::vector<const Option*>& options) {
  constexpr std::size_t kWidestLeft = 34;
  std::size_t width = 0;
  for (const auto* option : options)
    if (const auto size = left_of(*option).size(); size <= kWidestLeft) width = std::max(width, size);
  const std::string indent(width + 4, ' ');
  std::string out;
  for (const auto* option : options) {
    std::string line = "  " + left_of(*option) + "  ";
    if (line.size() > indent.size()) {
      out += line.substr(0, line.size() - 2) + "\n";
      line.clear();
    }
    line.resize(indent.size(), ' ');
    for (std::size_t start = 0; start < option->help.size();) {
      const std::size_t end = std::min(option->help.find(' ', start), option->help.size());
      if (line.size() + (end - start) > kWidth && line.size() > indent.size()) {
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
        line = indent;
      }
      line.append(option->help, start, end - start) += ' ';
      start = end + 1;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

/// `first`, then the items, as many as fit in a line.
std::string filled(const std::string& first, const std::vector<std::string>& items) {
  std::string out, line = first;
  for (const auto& item : items) {
    if (line.size() + item.size() + 1 > kWidth) {
      out += line + "\n";
      line = "  ";
    }
    line += (line.empty() || line.back() != ' ' ? " " : "") + item;
  }
  return out + line + "\n";
}

/// "TITLE:" and "[--name METAVAR] [--name]" below it; in short, the names alone beside it.
std::string packed(const std::string& title, const std::vector<const Option*>& options, bool in_short) {
  std::vector<std::string> items;
  items.reserve(options.size());
  for (const auto* option : options) items.push_back(in_short ? option->name : "[" + left_of(*option) + "]");
  return in_short ? filled(title + ":", items) : title + ":\n" + filled("  ", items);
}

std::string render(const CommandTable& table, bool in_short) {
  std::string out = "usage: albert " + table.command + " [OPTIONS]" + (table.positional.empty() ? "" : " " + table.positional) + "\n" +
                    table.purpose + "\n\n";
  std::vector<std::string> headings;
  for (const auto& option : table.options)
    if (std::find(headings.begin(), headings.end(), option.heading) == headings.end()) headings.push_back(option.heading);
  for (const auto& heading : headings) {
    std::vector<const Option*> options;
    for (const auto& option : table.options)
      if (option.heading == heading) options.push_back(&option);
    out += heading.empty() ? lines_of(options) : packed(heading, options, in_short);
  }
  out += "common: ";
  for (const auto& option : table.common) out += option.name + ", ";
  out += "--help (albert help options)\n";
  return out + (table.examples.empty() ? "" : "\nexample: " + table.examples.front() + "\n");
}

std::string exit_codes() {
  std::string text = "Exit codes:\n";
  for (const auto& [code, meaning] : exit_meanings()) text += fmt::format("  {:>3}  {}\n", static_cast<int>(code), meaning);
  return text;
}

}  // namespace

std::string overview() {
  std::string text =
      "usage: albert COMMAND [OPTIONS] [TEXT...]\n"
      "ALBERT, whole: text in, answers out. Without --model the model inside the program answers.\n\n";
  for (const auto& command : commands()) {
    std::string name = command.name;
    name.resize(26, ' ');
    text += "  " + name + command.summary + "\n";
  }
  return text +
         "\nTexts come from the arguments, from --input FILE (- is standard input), or from\n"
         "standard input. --json prints one JSON value a row.\n"
         "albert COMMAND --help shows a command's options; albert help options what all have,\n"
         "albert.toml and exit codes; albert --version the version.\n"
         "\nexample: albert fill-mask \"The [MASK] was dark and the wind was cold.\"\n";
}

std::string help_of(const CommandTable& table) {
  constexpr std::ptrdiff_t screen = 24;
  std::string text = render(table, false);
  if (std::count(text.begin(), text.end(), '\n') > screen) text = render(table, true);
  return text;
}

std::string help_of_common_options(const CommandTable& table) {
  std::vector<const Option*> options;
  options.reserve(table.common.size() + 1);
  for (const auto& option : table.common) options.push_back(&option);
  Option help;
  help.name = "--help";
  help.letter = 'h';
  help.help = "the options of the command";
  options.push_back(&help);
  return "Every command has these options:\n\n" + lines_of(options) +
         "\n"
         "Every option can also be set by the environment, --top-k by ALBERT_TOP_K, a flag\n"
         "by 1, true, yes or on (unset by 0, false, no or off; empty counts as none), and\n"
         "by a file albert.toml in the current folder or in ~/.config/albert:\n\n"
         "  json = true        # for every command that has --json\n"
         "  [fill-mask]\n"
         "  top-k = 3          # for this one\n\n"
         "The command line goes first, then the environment, the folder's file, the user's.\n"
         "albert env shows what is in effect.\n\n" +
         exit_codes();
}

int help(const Arguments& arguments) {
  std::vector<std::string> words;
  Options options("help", "Shows the options of a command; \"options\": what every command has.", "[COMMAND|options]");
  options.positionals(words);
  options.without_config_files();
  options.example("albert help fill-mask");
  if (!options.parse(arguments)) return 0;
  if (words.size() > 1) throw Failure(Exit::usage, "expected one command");
  if (words.empty()) {
    print(overview());
  } else if (words.front() == "options") {
    print(help_of_common_options(options.table()));
  } else {
    print(help_of(describe(known_command(words.front()))));
  }
  return 0;
}

}  // namespace cli
