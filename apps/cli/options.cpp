#include "options.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "albert/error.h"
#include "failure.h"
#include "help.h"
#include "log.h"
#include "output.h"
#include "suggest.h"

namespace cli {
namespace {

constexpr const char* kCommon = "common";  // the heading of what every command has

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || is_upper(c); }

/// "-q" and "--json", but not "-", "-5" or "- an item of a list".
bool looks_like_option(const std::string& word) {
  if (!word.starts_with('-')) return false;
  const std::size_t dashes = word.starts_with("--") ? 2 : 1;
  return word.size() > dashes && is_letter(word[dashes]);
}

bool parse_switch(const std::string& text) {
  for (const char* yes : {"true", "1", "yes", "on"})
    if (text == yes) return true;
  for (const char* no : {"false", "0", "no", "off"})
    if (text == no) return false;
  throw Failure(Exit::usage, "expected true or false, got '" + text + "'");
}

std::int64_t checked_integer(const std::string& text, std::int64_t minimum) {
  const std::int64_t value = parse_integer(text, "the value");
  if (value < minimum) throw Failure(Exit::usage, "expected at least " + std::to_string(minimum) + ", got " + text);
  return value;
}

void check_choice(const Option& option, const std::string& value) {
  std::string wanted = value;
  if (option.any_case)
    std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto among = [&](const std::vector<std::string>& list) { return std::find(list.begin(), list.end(), wanted) != list.end(); };
  if (!option.closed || among(option.values) || among(option.silent)) return;
  throw Failure(Exit::usage, "expected " + either(option.values) + ", got '" + value + "'" + did_you_mean(value, option.values));
}

}  // namespace

Options::Options(std::string command, std::string purpose, std::string positional) {
  about_.command = std::move(command);
  about_.purpose = std::move(purpose);
  about_.positional = std::move(positional);
  heading(kCommon);
  value(
      "--log-level", [](const std::string& name) { log_settings().level = level_from_string(name); }, "error|warning|info|debug|off",
      "the least of the notes to standard error (info)");
  value(
      "--log-format", [](const std::string& name) { log_settings().json = name == "json"; }, "text|json",
      "how notes are written: json is one object a line");
  flag("--quiet", quiet_, "errors only: --log-level error").short_form('q');
  exclusive({"--quiet", "--log-level"});
  heading("");
}

Option& Options::add(const std::string& name, const std::string& metavar, const std::string& help,
                     std::function<void(const std::string&)> use) {
  Entry& entry = entries_.emplace_back();
  entry.use = std::move(use);
  Option& option = entry.option;
  option.name = name;
  option.metavar = metavar;
  option.help = help;
  option.heading = heading_;
  option.values = values_of(metavar);
  option.closed = !option.values.empty() && std::none_of(metavar.begin(), metavar.end(), is_upper);
  return option;
}

Option& Options::flag(const std::string& name, bool& target, const std::string& help) {
  return add(name, "", help, [&target](const std::string& value) { target = parse_switch(value); });
}
Option& Options::flag(const std::string& name, std::optional<bool>& target, const std::string& help) {
  return add(name, "", help, [&target](const std::string& value) { target = parse_switch(value); });
}
Option& Options::text(const std::string& name, std::optional<std::string>& target, const std::string& metavar, const std::string& help) {
  return add(name, metavar, help, [&target](const std::string& value) { target = value; });
}
Option& Options::text(const std::string& name, std::string& target, const std::string& metavar, const std::string& help) {
  return add(name, metavar, help, [&target](const std::string& value) { target = value; });
}
Option& Options::list(const std::string& name, std::vector<std::string>& target, const std::string& metavar, const std::string& help) {
  Option& option = add(name, metavar, help, [&target](const std::string& value) { target.push_back(value); });
  option.repeatable = true;
  return option;
}
Option& Options::integer(const std::string& name, std::optional<std::int64_t>& target, const std::string& metavar, const std::string& help,
                         std::int64_t minimum) {
  return add(name, metavar, help, [&target, minimum](const std::string& text) { target = checked_integer(text, minimum); });
}
Option& Options::integer(const std::string& name, std::int64_t& target, const std::string& metavar, const std::string& help,
                         std::int64_t minimum) {
  return add(name, metavar, help, [&target, minimum](const std::string& text) { target = checked_integer(text, minimum); });
}
Option& Options::value(const std::string& name, std::function<void(const std::string&)> use, const std::string& metavar,
                       const std::string& help) {
  return add(name, metavar, help, std::move(use));
}

void Options::positionals(std::vector<std::string>& target) { positionals_ = &target; }
void Options::exclusive(std::vector<std::string> names) { exclusive_.push_back(std::move(names)); }
void Options::heading(const std::string& title) { heading_ = title; }
void Options::example(const std::string& text) { about_.examples.push_back(text); }

CommandTable Options::table() const {
  CommandTable table = about_;
  for (const auto& entry : entries_) (entry.option.heading == kCommon ? table.common : table.options).push_back(entry.option);
  return table;
}

Options::Entry* Options::find(const std::string& name) {
  for (auto& entry : entries_)
    if (entry.option.name == name || (entry.option.letter != '\0' && name == std::string("-") + entry.option.letter)) return &entry;
  return nullptr;
}

/// Takes the option at words[at], and its value. What is wrong with it, or
/// nothing.
std::string Options::split_option(const std::vector<std::string>& words, std::size_t& at, CommandLine& line) {
  const std::string& word = words[at];
  const auto equals = word.find('=');
  const std::string name = word.substr(0, equals);
  Entry* entry = find(name);
  if (entry == nullptr) {
    std::vector<std::string> names{"--help"};
    for (const auto& one : entries_) names.push_back(one.option.name);
    return "unknown option: " + name + did_you_mean(name, names);
  }
  if (equals != std::string::npos) {
    line.assignments.push_back({entry, word.substr(equals + 1), name});
  } else if (entry->option.is_flag()) {
    line.assignments.push_back({entry, "true", name});
  } else if (at + 1 == words.size()) {
    return name + ": a value is missing (" + entry->option.metavar + ")";
  } else if (looks_like_option(words[at + 1]) && find(words[at + 1].substr(0, words[at + 1].find('='))) != nullptr) {
    return name + ": a value is missing before " + words[at + 1] + "; if that is the value, write " + name + "=" + words[at + 1];
  } else {
    line.assignments.push_back({entry, words[++at], name});
  }
  return "";
}

Options::CommandLine Options::split(const std::vector<std::string>& words) {
  CommandLine line;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    std::string problem;
    if (word == "--") {
      line.positionals.insert(line.positionals.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
      break;
    }
    if (word == "--help" || word == "-h") {
      line.help = true;
    } else if (looks_like_option(word)) {
      problem = split_option(words, at, line);
    } else {
      line.positionals.push_back(word);
    }
    if (line.problem.empty()) line.problem = problem;
  }
  if (line.problem.empty() && positionals_ == nullptr && !line.positionals.empty())
    line.problem = "unknown argument: '" + line.positionals.front() + "' (this command takes options only)";
  return line;
}

Options::Source Options::from_environment() {
  Source source;
  for (auto& entry : entries_) {
    const std::string name = environment_name(entry.option);
    if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') source.push_back({&entry, value, name});
  }
  return source;
}

Options::Source Options::from_section(const ConfigFile::Section& section) {
  Source source;
  if (!section.command.empty() && section.command != about_.command) return source;
  for (const auto& value : section.values) {
    Entry* entry = find("--" + value.key);
    if (entry == nullptr) continue;
    const std::string origin = value.place + ": " + value.key;
    const Option& option = entry->option;
    if (!value.list || option.repeatable) {
      for (const auto& text : value.texts) source.push_back({entry, text, origin, Exit::bad_data});
    } else if (option.metavar.find(',') != std::string::npos) {
      std::string joined;
      for (const auto& text : value.texts) joined.append(&text == &value.texts.front() ? "" : ",").append(text);
      source.push_back({entry, joined, origin, Exit::bad_data});
    } else {
      throw Failure(Exit::bad_data, origin + ": expected one value, got a list");
    }
  }
  return source;
}

void Options::assign(const Assignment& assignment) {
  const auto blame = [&](const std::exception& error) { return Failure(assignment.blame, assignment.origin + ": " + error.what()); };
  try {
    check_choice(assignment.entry->option, assignment.value);
    assignment.entry->use(assignment.value);
  } catch (const albert::Error& error) {
    throw blame(error);
  } catch (const Failure& failure) {
    throw blame(failure);
  }
}

/// What a source sets and none before it did. With `only_common`, how notes are
/// written and nothing else.
void Options::apply(const Source& source, bool only_common) {
  std::vector<const Assignment*> taken;
  for (const auto& assignment : source) {
    if (assignment.entry->decided || (only_common && assignment.entry->option.heading != kCommon)) continue;
    assign(assignment);
    taken.push_back(&assignment);
  }
  for (const auto* assignment : taken) assignment->entry->decided = true;
  for (const auto& group : exclusive_) {
    const Assignment* first = nullptr;
    for (const auto* assignment : taken) {
      const Option& option = assignment->entry->option;
      if (std::find(group.begin(), group.end(), option.name) == group.end()) continue;
      if (option.is_flag() && !parse_switch(assignment->value)) continue;
      if (first != nullptr && first->entry != assignment->entry)
        throw Failure(assignment->blame, first->origin + " and " + assignment->origin + " exclude each other");
      first = assignment;
    }
    if (first == nullptr) continue;
    for (const auto& name : group)
      if (Entry* entry = find(name)) entry->decided = true;
  }
}

void Options::read(const CommandLine& line) {
  // How notes are written comes first: it holds for what may be wrong with the
  // rest.
  std::vector<Source> sources{line.assignments, from_environment()};
  for (const auto& source : sources) apply(source, true);
  if (!line.problem.empty()) throw Failure(Exit::usage, line.problem);
  if (config_files_) {
    for (const auto& file : config_files()) {
      for (const auto& section : file.sections) {
        sources.push_back(from_section(section));
        apply(sources.back(), true);
      }
    }
  }
  if (quiet_) log_settings().level = Level::error;
  apply(sources.front());
  for (auto& entry : entries_) entry.decided = entry.decided || (entry.option.yields && !line.positionals.empty());
  for (const auto& source : sources) apply(source);
}

bool Options::parse(const Arguments& arguments) {
  if (arguments.table != nullptr) {
    *arguments.table = table();
    return false;
  }
  const CommandLine line = split(arguments.words);
  if (line.help) {
    print(help_of(table()));
    return false;
  }
  try {
    read(line);
  } catch (const Failure& failure) {
    if (failure.code() != Exit::usage) throw;
    throw Failure(Exit::usage, std::string(failure.what()) + "\nSee: albert " + about_.command + " --help");
  }
  if (positionals_ != nullptr) *positionals_ = line.positionals;
  return true;
}

std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> parts;
  if (text.empty()) return parts;
  std::size_t start = 0;
  for (std::size_t comma; (comma = text.find(',', start)) != std::string::npos; start = comma + 1)
    parts.push_back(text.substr(start, comma - start));
  parts.push_back(text.substr(start));
  return parts;
}

std::int64_t parse_integer(const std::string& text, const std::string& what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    throw Failure(Exit::usage, what + " must be a whole number, got '" + text + "'");
  return value;
}

}  // namespace cli
