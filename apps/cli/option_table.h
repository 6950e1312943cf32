// What a command's options are, as data: what --help, the completions, the man pages, the environment
// and albert.toml all read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// One option. Options::flag() and its like make it; the members that return *this say more about it.
struct Option {
  std::string name;     ///< "--top-k"
  std::string metavar;  ///< how its value is called; empty for a flag
  std::string help;
  std::string heading;              ///< options under a heading are listed by name only
  char letter = '\0';               ///< its short form: 'q' for -q
  bool repeatable = false;          ///< every mention adds a value
  std::vector<std::string> values;  ///< the values that can be named: completed, suggested
  bool closed = false;              ///< no value but these and `silent` is right
  std::vector<std::string> silent;  ///< values that are right too, and not shown
  bool any_case = false;            ///< capitals make no difference to them
  bool yields = false;
  bool writes = false;

  [[nodiscard]] bool is_flag() const { return metavar.empty(); }
  /// All its values, where the metavar does not list them ("cpu|ref" does).
  Option& choices(std::vector<std::string> all);
  /// Values that are accepted and not shown.
  Option& accepts(std::vector<std::string> more);
  Option& in_any_case();
  Option& short_form(char character);
  /// Only the command line sets it beside arguments: they take its place elsewhere.
  Option& yields_to_arguments();
  /// It names what is written, or says how: never set by the albert.toml of a folder, which may be somebody else's.
  Option& says_what_is_written();
};

/// All that is known of a command without running it.
struct CommandTable {
  std::string command;
  std::string purpose;                ///< one sentence
  std::string positional;             ///< "[TEXT...]"; empty when it takes no arguments
  std::vector<std::string> examples;  ///< lines for a shell
  std::vector<Option> options;        ///< in the order of --help, without the common ones
  std::vector<Option> common;         ///< what every command has
};

/// The option of that name ("--top-k" or "-q"), null when there is none.
[[nodiscard]] const Option* find_option(const CommandTable& table, std::string_view name);
/// "--top-k" -> "ALBERT_TOP_K"
[[nodiscard]] std::string environment_name(const Option& option);
/// "--top-k" -> "top-k", its key in albert.toml.
[[nodiscard]] std::string file_key(const Option& option);

/// What a value is, told by its metavar: file names, directory names, or neither.
enum class Paths { none, files, directories };
[[nodiscard]] Paths paths_of(std::string_view metavar);
/// The lower-case words of a metavar: "text|jsonl" names two values, "N|all" one, "FILE" none.
[[nodiscard]] std::vector<std::string> values_of(std::string_view metavar);

}  // namespace cli
