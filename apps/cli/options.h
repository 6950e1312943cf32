// The options of one command: declared once, then read from the command line, the environment and albert.toml.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "command.h"
#include "config_file.h"
#include "failure.h"
#include "option_table.h"

namespace cli {

class Options {
 public:
  /// `purpose` is one sentence; `positional` how the arguments are called in the usage line ("[TEXT...]").
  /// Declares the options that every command has.
  Options(std::string command, std::string purpose, std::string positional = "");
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  // `metavar` says what a value is: "cpu|ref" are the values themselves (no other is right), FILE and
  // DIR are paths, other words in capitals anything. The Option that comes back takes more words.
  Option& flag(const std::string& name, bool& target, const std::string& help);
  Option& flag(const std::string& name, std::optional<bool>& target, const std::string& help);  ///< null: not given; --name=false is no
  Option& text(const std::string& name, std::optional<std::string>& target, const std::string& metavar, const std::string& help);
  Option& text(const std::string& name, std::string& target, const std::string& metavar, const std::string& help);
  /// Repeatable: every mention adds one.
  Option& list(const std::string& name, std::vector<std::string>& target, const std::string& metavar, const std::string& help);
  /// Whole numbers of at least `minimum`; anything else is a usage error.
  Option& integer(const std::string& name, std::optional<std::int64_t>& target, const std::string& metavar, const std::string& help,
                  std::int64_t minimum = 0);
  Option& integer(const std::string& name, std::int64_t& target, const std::string& metavar, const std::string& help,
                  std::int64_t minimum = 0);
  /// `use` is called with each value; what it throws (albert::Error, Failure) becomes a usage error.
  Option& value(const std::string& name, std::function<void(const std::string&)> use, const std::string& metavar, const std::string& help);
  void positionals(std::vector<std::string>& target);

  /// At most one of these may be set. One that the command line sets silences the others elsewhere.
  void exclusive(std::vector<std::string> names);
  /// Options declared from here on are listed by name only, under this heading.
  void heading(const std::string& title);
  /// The last line of --help: a command that runs. Further ones are in the man page.
  void example(const std::string& text);

  /// For commands that work whatever albert.toml says.
  void without_config_files() { config_files_ = false; }

  /// Reads the arguments; for what they do not set, the environment; then the files. False when the
  /// command is not to run: --help was asked for and printed, or only the table was asked for.
  /// Failure that names what is wrong: {bad_data} in a file, else {usage}.
  [[nodiscard]] bool parse(const Arguments& arguments);
  [[nodiscard]] CommandTable table() const;

 private:
  struct Entry {
    Option option;
    std::function<void(const std::string&)> use;
    bool decided = false;  ///< set by a source that goes before the ones to come
  };
  struct Assignment {
    Entry* entry;
    std::string value;
    std::string origin;  ///< how messages name where it was set
    Exit blame = Exit::usage;
  };
  using Source = std::vector<Assignment>;
  struct CommandLine {
    Source assignments;
    std::vector<std::string> positionals;
    bool help = false;
    std::string problem;  ///< empty when all is well
  };

  Option& add(const std::string& name, const std::string& metavar, const std::string& help, std::function<void(const std::string&)> use);
  [[nodiscard]] Entry* find(const std::string& name);
  [[nodiscard]] CommandLine split(const std::vector<std::string>& words);
  [[nodiscard]] std::string split_option(const std::vector<std::string>& words, std::size_t& at, CommandLine& line);
  [[nodiscard]] Source from_environment();
  [[nodiscard]] Source from_section(const ConfigFile::Section& section);
  void read(const CommandLine& line);
  void apply(const Source& source, bool only_common = false);
  static void assign(const Assignment& assignment);

  CommandTable about_;
  std::deque<Entry> entries_;  ///< references to them stay good
  std::vector<std::vector<std::string>> exclusive_;
  std::vector<std::string>* positionals_ = nullptr;
  std::string heading_;
  bool quiet_ = false;
  bool config_files_ = true;
};

/// "a,b" -> {"a", "b"}; blanks around each kept, an empty text gives none.
[[nodiscard]] std::vector<std::string> split_commas(const std::string& text);
/// A whole number. Failure{usage} that names `what`.
[[nodiscard]] std::int64_t parse_integer(const std::string& text, const std::string& what);

}  // namespace cli
