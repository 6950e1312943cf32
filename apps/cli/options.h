// The options of one command: declared once, parsed by CLI11, shown by --help.
//
// CLI11 stays behind this door: it compiles slowly, and it gives some texts a meaning of their own
// ("[a,b]" as a list, "{}" as nothing) that no text argument may have here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cli {

class Options {
 public:
  /// `purpose` is one sentence; `positional` how the arguments are called in the usage line ("[TEXT...]").
  Options(std::string command, std::string purpose, std::string positional = "");
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  void flag(const std::string& name, bool& target, const std::string& help);
  void text(const std::string& name, std::optional<std::string>& target, const std::string& metavar, const std::string& help);
  void text(const std::string& name, std::string& target, const std::string& metavar, const std::string& help);
  /// Repeatable: every mention adds one.
  void list(const std::string& name, std::vector<std::string>& target, const std::string& metavar, const std::string& help);
  /// Whole numbers of at least `minimum`; anything else is a usage error.
  void integer(const std::string& name, std::optional<std::int64_t>& target, const std::string& metavar, const std::string& help,
               std::int64_t minimum = 0);
  void integer(const std::string& name, std::int64_t& target, const std::string& metavar, const std::string& help,
               std::int64_t minimum = 0);
  /// `use` is called with each value; what it throws (albert::Error, Failure) becomes a usage error.
  void value(const std::string& name, std::function<void(const std::string&)> use, const std::string& metavar, const std::string& help);
  void positionals(std::vector<std::string>& target);

  /// Options declared from here on are listed by name only, under this heading.
  void heading(const std::string& title);
  /// The last lines of --help: a command that runs.
  void example(const std::string& text);

  /// Reads the arguments after the command's name. False when --help was asked for and printed.
  /// Failure{usage} that names what is wrong.
  [[nodiscard]] bool parse(const std::vector<std::string>& arguments);
  [[nodiscard]] std::string help() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "a,b" -> {"a", "b"}; blanks around each kept, an empty text gives none.
[[nodiscard]] std::vector<std::string> split_commas(const std::string& text);
/// A whole number. Failure{usage} that names `what`.
[[nodiscard]] std::int64_t parse_integer(const std::string& text, const std::string& what);

}  // namespace cli
