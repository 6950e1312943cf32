// Scripts that complete the words of this program in a shell, made from the
// option tables.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "option_table.h"

namespace cli {

/// A command as completion sees it.
struct Completed {
  std::string name;
  std::string summary;
  CommandTable table;
  std::vector<std::string> words;  ///< what its arguments may be, where that is known
};

[[nodiscard]] std::string bash_completion(std::span<const Completed> commands);
[[nodiscard]] std::string zsh_completion(std::span<const Completed> commands);
[[nodiscard]] std::string fish_completion(std::span<const Completed> commands);

/// The words with blanks between.
[[nodiscard]] std::string joined(const std::vector<std::string>& words);
/// In single quotes, for bash and zsh.
[[nodiscard]] std::string shell_quoted(const std::string& text);
/// Its own options and the common ones, --help among them.
[[nodiscard]] std::vector<Option> all_options(const CommandTable& table);

}  // namespace cli
