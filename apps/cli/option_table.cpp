#include "option_table.h"

#include <algorithm>

namespace cli {
namespace {

/// The alternatives of "[PATH|ID...]".
std::vector<std::string> alternatives(std::string_view metavar) {
  std::vector<std::string> words(1);
  for (const char c : metavar) {
    if (c == '|') {
      words.emplace_back();
    } else if (c != '[' && c != ']' && c != '.') {
      words.back() += c;
    }
  }
  return words;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

Option& Option::choices(std::vector<std::string> all) {
  values = std::move(all);
  closed = true;
  return *this;
}

Option& Option::accepts(std::vector<std::string> more) {
  silent = std::move(more);
  return *this;
}

Option& Option::in_any_case() {
  any_case = true;
  return *this;
}

Option& Option::short_form(char character) {
  letter = character;
  return *this;
}

Option& Option::yields_to_arguments() {
  yields = true;
  return *this;
}

Option& Option::says_what_is_written() {
  writes = true;
  return *this;
}

const Option* find_option(const CommandTable& table, std::string_view name) {
  for (const auto* list : {&table.options, &table.common})
    for (const auto& option : *list)
      if (option.name == name || (name.size() == 2 && name[0] == '-' && option.letter != '\0' && name[1] == option.letter)) return &option;
  return nullptr;
}

std::string environment_name(const Option& option) {
  std::string name = "ALBERT_";
  for (const char c : file_key(option)) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::string file_key(const Option& option) { return option.name.substr(2); }

Paths paths_of(std::string_view metavar) {
  const auto words = alternatives(metavar);
  const auto has = [&](const char* word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  if (has("FILE") || has("PATH")) return Paths::files;
  return has("DIR") ? Paths::directories : Paths::none;
}

std::vector<std::string> values_of(std::string_view metavar) {
  std::vector<std::string> values;
  for (auto& word : alternatives(metavar))
    if (!word.empty() && std::none_of(word.begin(), word.end(), is_upper)) values.push_back(std::move(word));
  return values;
}

}  // namespace cli
