// albert.toml: values for options, from the current folder and from the user's
// configuration.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace cli {

/// One key: its values as an option reads them.
struct FileValue {
  std::string key;                 ///< "top-k"
  std::vector<std::string> texts;  ///< one, or the items of a list
  bool list = false;
  std::string place;  ///< "albert.toml:3"
};

struct ConfigFile {
  struct Section {
    std::string command;  ///< empty: for every command that has the option
    std::vector<FileValue> values;
    std::string place;
  };
  std::string path;
  std::vector<Section> sections;
  bool of_user = false;  ///< not the current folder's, which may be somebody else's
};

/// Null when there is no such file. Failure{missing} when it cannot be read;
/// Failure{bad_data} when it is not TOML, holds anything but texts, numbers,
/// true, false and lists of these in tables one deep, or is larger than 256
/// KiB.
[[nodiscard]] std::optional<ConfigFile> read_config_file(const std::string& path);
/// Failure{bad_data} for a table that is no command and a key that is no
/// option, with a suggestion, and for an option that says what is written in
/// a file that is not the user's.
void check_config_file(const ConfigFile& file);

/// Where files are looked for, the one that goes first first: ./albert.toml,
/// then $XDG_CONFIG_HOME/albert/albert.toml or ~/.config/albert/albert.toml.
[[nodiscard]] std::vector<std::string> config_file_paths();
/// The files that are there, read and checked once.
[[nodiscard]] const std::vector<ConfigFile>& config_files();

/// $VARIABLE/albert when that is an absolute path, else
/// $HOME/`fallback`/albert; empty without a home. Source: the XDG base
/// directory specification.
[[nodiscard]] std::string user_folder(const char* variable, const char* fallback);

}  // namespace cli
