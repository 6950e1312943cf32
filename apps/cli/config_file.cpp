#include "config_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/impl/preprocessor.h>
// The parser asserts, or has the compiler assume, what a malformed key does not
// hold ("[[["), two lines before it reports that key.
#undef TOML_ASSERT_ASSUME
#define TOML_ASSERT_ASSUME(expression) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "command.h"
#include "failure.h"
#include "suggest.h"
#include "utf8.h"

namespace cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 18;
constexpr std::size_t kMostDots = 256;

/// The file's bytes; null when there is none.
std::optional<std::string> read_text(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) {
    const int reason = errno;
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) return std::nullopt;
    throw Failure(Exit::missing, path + ": cannot read: " + std::strerror(reason));
  }
  const std::unique_ptr<const int, void (*)(const int*)> closing(&descriptor, [](const int* open) { ::close(*open); });
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) throw Failure(Exit::bad_data, path + ": not a regular file");
  std::string text(kMostBytes + 1, '\0');
  std::size_t size = 0;
  for (ssize_t count; size < text.size() && (count = ::read(descriptor, text.data() + size, text.size() - size)) != 0;) {
    if (count < 0) throw Failure(Exit::missing, path + ": cannot read: " + std::strerror(errno));
    size += static_cast<std::size_t>(count);
  }
  if (size > kMostBytes) throw Failure(Exit::bad_data, path + ": larger than 256 KiB");
  text.resize(size);
  return text;
}

std::string place_of(const std::string& path, const toml::source_region& source) {
  return source.begin.line == 0 ? path : path + ":" + std::to_string(source.begin.line);
}

/// The parser makes a table for every dot of a key, each inside the one before,
/// and recurses through them.
void check_depth(const std::string& path, const std::string& text) {
  std::size_t line = 1, dots = 0;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      dots = 0;
    } else if (c == '.' && ++dots > kMostDots) {
      throw Failure(Exit::bad_data, path + ":" + std::to_string(line) + ": a line may hold " + std::to_string(kMostDots) + " dots");
    }
  }
}

/// The text in ASCII, for the parser's tables of other characters have gaps
/// whose behaviour is undefined: "~~" for a tilde, "~C3" for a byte beyond
/// ASCII.
std::string to_ascii(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::string ascii;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) > 0x7F)
      ascii += fmt::format("~{:02X}", static_cast<unsigned char>(c));
    else
      ascii += c == '~' ? "~~" : std::string(1, c);
  }
  return ascii;
}

std::string from_ascii(std::string_view ascii) {
  std::string text;
  for (std::size_t i = 0; i < ascii.size(); ++i) {
    unsigned char byte = 0;
    const char* digits = ascii.data() + i + 1;
    if (ascii.substr(i, 2) == "~~") {
      text += ascii[i++];
    } else if (ascii[i] == '~' && i + 2 < ascii.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      text += static_cast<char>(byte);
      i += 2;
    } else {
      text += ascii[i];
    }
  }
  return text;
}

/// Failure{bad_data} naming the line of the first byte that is no UTF-8.
void check_utf8(const std::string& path, const std::string& text) {
  const std::string read = as_utf8(text);
  const auto bad = std::mismatch(text.begin(), text.end(), read.begin(), read.end()).first;
  if (bad != text.end())
    throw Failure(Exit::bad_data,
                  path + ":" + std::to_string(1 + std::count(text.begin(), bad, '\n')) + ": not TOML: a byte that is no UTF-8");
}

std::optional<std::string> scalar(const toml::node& node) {
  if (const auto* text = node.as_string()) return from_ascii(text->get());
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

FileValue value_of(const std::string& path, const toml::key& key, const toml::node& node) {
  FileValue value{from_ascii(key.str()), {}, node.is_array(), place_of(path, key.source())};
  const auto add = [&](const toml::node& item) {
    auto text = scalar(item);
    if (!text)
      throw Failure(Exit::bad_data,
                    value.place + ": " + as_utf8(value.key) + ": expected a text, a number, true, false or a list of these");
    value.texts.push_back(std::move(*text));
  };
  if (const auto* items = node.as_array()) {
    for (const auto& item : *items) add(item);
  } else {
    add(node);
  }
  return value;
}

ConfigFile::Section section_of(const std::string& path, const std::string& command, const std::string& place, const toml::table& table) {
  ConfigFile::Section section{command, {}, place};
  for (const auto& [key, node] : table)
    if (!command.empty() || !node.is_table()) section.values.push_back(value_of(path, key, node));
  return section;
}

bool contains(const std::vector<std::string>& list, const std::string& one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

std::vector<Option> options_of(const CommandTable& table) {
  std::vector<Option> options = table.options;
  options.insert(options.end(), table.common.begin(), table.common.end());
  return options;
}

void check_key(const ConfigFile& file, const std::string& command, const FileValue& value, const std::vector<Option>& options) {
  std::vector<std::string> keys;
  bool writes = false;
  for (const auto& option : options) {
    const std::string key = file_key(option);
    if (!contains(keys, key)) keys.push_back(key);
    writes = writes || (key == value.key && option.writes);
  }
  if (!contains(keys, value.key))
    throw Failure(Exit::bad_data, value.place + ": unknown key '" + value.key + "'" + (command.empty() ? "" : " in [" + command + "]") +
                                      did_you_mean(value.key, keys));
  if (writes && !file.of_user)
    throw Failure(Exit::bad_data, value.place + ": '" + value.key +
                                      "' says what is written: only the command line, the environment and "
                                      "your own albert.toml may set it, not that of a folder");
}

}  // namespace

std::optional<ConfigFile> read_config_file(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return std::nullopt;
  check_utf8(path, *text);
  check_depth(path, *text);
  toml::table root;
  try {
    root = toml::parse(to_ascii(*text), path);
  } catch (const toml::parse_error& error) {
    throw Failure(Exit::bad_data, place_of(path, error.source()) + ": not TOML: " + as_utf8(from_ascii(error.description())));
  }
  ConfigFile file{path, {}, false};
  // What a command's own table says goes before what holds for all.
  for (const auto& [key, node] : root)
    if (const auto* table = node.as_table())
      file.sections.push_back(section_of(path, from_ascii(key.str()), place_of(path, key.source()), *table));
  file.sections.push_back(section_of(path, "", path, root));
  return file;
}

void check_config_file(const ConfigFile& file) {
  std::vector<std::string> names;
  std::vector<Option> all;
  for (const auto& command : commands()) {
    names.emplace_back(command.name);
    for (auto& option : options_of(describe(command))) all.push_back(std::move(option));
  }
  for (const auto& section : file.sections) {
    if (!section.command.empty() && !contains(names, section.command))
      throw Failure(Exit::bad_data, section.place + ": [" + section.command + "] is no command" + did_you_mean(section.command, names));
    const auto options = section.command.empty() ? all : options_of(describe(*find_command(section.command)));
    for (const auto& value : section.values) check_key(file, section.command, value, options);
  }
}

std::string user_folder(const char* variable, const char* fallback) {
  const char* folder = std::getenv(variable);
  if (folder != nullptr && folder[0] == '/') return std::string(folder) + "/albert";
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? "" : std::string(home) + "/" + fallback + "/albert";
}

std::vector<std::string> config_file_paths() {
  std::vector<std::string> paths{"albert.toml"};
  if (const std::string folder = user_folder("XDG_CONFIG_HOME", ".config"); !folder.empty()) paths.push_back(folder + "/albert.toml");
  return paths;
}

const std::vector<ConfigFile>& config_files() {
  static const std::vector<ConfigFile> files = [] {
    std::vector<ConfigFile> found;
    const auto paths = config_file_paths();
    for (const auto& path : paths) {
      auto file = read_config_file(path);
      if (!file) continue;
      std::error_code error;  // the current folder may be that of the user's file
      file->of_user = paths.size() > 1 && std::filesystem::equivalent(path, paths.back(), error);
      check_config_file(*file);
      found.push_back(std::move(*file));
    }
    return found;
  }();
  return files;
}

}  // namespace cli
