// albert man: the manual pages.
#include "man.h"

#include <fmt/format.h>

#include "albert/version.h"
#include "config_file.h"
#include "failure.h"
#include "help.h"
#include "options.h"
#include "output.h"
#include "suggest.h"

namespace cli {
namespace {

/// Text as roff takes it: no character begins a request, a hyphen stays a
/// hyphen, other scripts by number.
std::string roff(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if (length > 1) {
      std::uint32_t code = byte & (0x7F >> length);
      for (std::size_t k = 1; k < length && i + k < text.size(); ++k) code = code << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3F);
      out += fmt::format("\\[u{:04X}]", code);
    } else if (text[i] == '\\') {
      out += "\\(rs";
    } else if (text[i] == '-') {
      out += "\\-";
    } else if ((text[i] == '.' || text[i] == '\'') && (i == 0 || text[i - 1] == '\n')) {
      out += std::string("\\&") + text[i];
    } else {
      out += text[i];
    }
    i += length;
  }
  return out;
}

std::string bold(const std::string& text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff(text) + "\\fR"; }

/// A paragraph with `term` at its side.
std::string item(const std::string& term, const std::string& text) { return ".TP\n" + term + "\n" + text + "\n"; }

std::string option_item(const Option& option) {
  std::string term = option.letter == '\0' ? "" : bold(std::string("-") + option.letter) + ", ";
  term += bold(option.name) + (option.is_flag() ? "" : " " + italic(option.metavar));
  std::string text = option.help.empty() ? "\\&" : roff(option.help) + ".";
  if (option.repeatable) text += "\nMay be repeated.";
  if (option.closed && values_of(option.metavar).empty()) text += "\nValues: " + roff(either(option.values)) + ".";
  return item(term, text);
}

std::string options_section(const CommandTable& table) {
  std::string out, heading;
  if (!table.options.empty()) out += ".SH OPTIONS\n";
  for (const auto& option : table.options) {
    if (option.heading != heading) {
      heading = option.heading;
      out += ".SS " + roff(heading) + "\n";
    }
    out += option_item(option);
  }
  out += ".SH COMMON OPTIONS\n";
  for (const auto& option : table.common) out += option_item(option);
  return out + item(bold("-h") + ", " + bold("--help"), "A summary of the options.");
}

std::string environment_section(const CommandTable* table) {
  std::string out = ".SH ENVIRONMENT\n.nh\n";
  if (table == nullptr) {
    out += item(
        "\\fBALBERT_\\fR\\fIOPTION\\fR",
        "Sets an option of every command that has it: \\fBALBERT_TOP_K\\fR is \\fB\\-\\-top\\-k\\fR. A flag is set by 1, true, yes or on,\n"
        "and unset by 0, false, no or off. The command line goes first. A variable that is empty is ignored.");
  } else {
    out += "Read for what the command line does not set:\n";
    std::string names;
    for (const auto* options : {&table->options, &table->common})
      for (const auto& option : *options) names.append(names.empty() ? "" : ",\n").append(bold(environment_name(option)));
    out += names + ".\n";
  }
  out += item(bold("ALBERT_FORCE_ISA"), "The instruction set to use; see \\fBalbert env\\fR.");
  out += item(bold("HF_HUB_CACHE") + ", " + bold("HF_HOME"), "Where models named by a hub id are found.");
  return out + item(bold("NO_COLOR"), "When not empty, no colour.") + ".hy\n";
}

std::string files_section(const std::string& command) {
  std::string out = ".SH FILES\n";
  out += item(italic("albert.toml"),
              "Values for options, from the current folder: \\fBtop\\-k = 3\\fR, \\fBjson = true\\fR. Keys at the top hold for every\n"
              "command that has the option, those below \\fB[" +
                  roff(command) +
                  "]\\fR for that command, and go first.\n"
                  "Read for what neither the command line nor the environment sets.");
  out += item(italic("$XDG_CONFIG_HOME/albert/albert.toml") + ", " + italic("~/.config/albert/albert.toml"),
              "The same for the user; read last.");
  return out;
}

std::string exit_section() {
  std::string out = ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : exit_meanings()) out += item(bold(std::to_string(static_cast<int>(code))), roff(meaning) + ".");
  return out;
}

std::string examples_section(const std::vector<std::string>& examples) {
  if (examples.empty()) return "";
  std::string out = ".SH EXAMPLES\n.nf\n";
  for (const auto& example : examples) out += roff(example) + "\n";
  return out + ".fi\n";
}

std::string title(std::string name) {
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return fmt::format(".TH {} 1 {} \"albert {}\" \"User Commands\"\n", roff(name), ALBERT_DATE, albert::version());
}

}  // namespace

std::string man_page() {
  std::string out =
      title("albert") +
      ".SH NAME\nalbert \\- ALBERT language models: text in, answers out\n"
      ".SH SYNOPSIS\n\\fBalbert\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fITEXT\\fR...]\n"
      ".br\n\\fBalbert help\\fR \\fICOMMAND\\fR\n"
      ".br\n\\fBalbert \\-\\-version\\fR\n"
      ".SH DESCRIPTION\n"
      "Runs ALBERT models on texts. Without \\fB\\-\\-model\\fR the model inside the program answers.\n"
      "Texts come from the arguments, from \\fB\\-\\-input\\fR \\fIFILE\\fR (\\- is standard input), or from standard input.\n"
      "\\fB\\-\\-json\\fR prints one JSON value a row. Results go to standard output or \\fB\\-\\-output\\fR \\fIFILE\\fR,\n"
      "everything else to standard error.\n"
      ".PP\n"
      "A command that reads texts, called without any on a terminal, opens a prompt: it answers each line and keeps the\n"
      "model loaded. Ctrl\\-D ends it.\n"
      ".SH COMMANDS\nEach has a page of its own, \\fBalbert\\-\\fR\\fICOMMAND\\fR(1).\n";
  for (const auto& command : commands()) out += item(bold(command.name), roff(command.summary) + ".");
  const CommandTable any = describe(commands().front());
  out += ".SH COMMON OPTIONS\n";
  for (const auto& option : any.common) out += option_item(option);
  out += item(bold("-h") + ", " + bold("--help"), "A summary of the options.");
  out += environment_section(nullptr) + files_section(any.command) +
         item("\\fI$XDG_STATE_HOME/albert/history\\fR, \\fI~/.local/state/albert/history\\fR", "The lines typed at the prompt.") +
         exit_section();
  return out + examples_section(any.examples) + ".SH SEE ALSO\n\\fBalbert\\-" + roff(any.command) + "\\fR(1)\n";
}

std::string man_page(const Command& command) {
  const CommandTable table = describe(command);
  const std::string name = "albert-" + table.command;
  std::string out = title(name) + ".SH NAME\n" + roff(name) + " \\- " + roff(command.summary) + "\n.SH SYNOPSIS\n" +
                    bold("albert " + table.command) + " [\\fIOPTIONS\\fR]" +
                    (table.positional.empty() ? "" : " " + roff(table.positional)) + "\n.SH DESCRIPTION\n" + roff(table.purpose) + "\n";
  out += options_section(table) + environment_section(&table) + files_section(table.command) + exit_section() +
         examples_section(table.examples);
  return out + ".SH SEE ALSO\n\\fBalbert\\fR(1)\n";
}

int man(const Arguments& arguments) {
  std::vector<std::string> words;
  std::optional<std::string> folder;
  Options options("man", "Prints the manual page of this program, or of a command.", "[COMMAND]");
  options.text("--all", folder, "DIR", "write every page into this directory").says_what_is_written();
  options.positionals(words);
  options.without_config_files();
  options.example("albert man fill-mask");
  options.example("albert man fill-mask | man -l -");
  if (!options.parse(arguments)) return 0;
  if (words.size() > 1 || (folder && !words.empty())) throw Failure(Exit::usage, "expected one command, or --all DIR");

  if (folder) {
    const auto write = [&](const std::string& name, const std::string& page) {
      Output output(*folder + "/" + name + ".1");
      output.write(page);
      output.commit();
    };
    write("albert", man_page());
    for (const auto& command : commands()) write(std::string("albert-") + command.name, man_page(command));
  } else {
    print(words.empty() ? man_page() : man_page(known_command(words.front())));
  }
  return 0;
}

}  // namespace cli
