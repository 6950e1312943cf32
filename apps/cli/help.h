// The texts of --help, made from the option tables.
#pragma once

#include <string>

#include "option_table.h"

namespace cli {

/// `albert --help`: the commands.
[[nodiscard]] std::string overview();
/// `albert COMMAND --help`.
[[nodiscard]] std::string help_of(const CommandTable& table);
/// `albert help options`: what every command has, and where values come from.
[[nodiscard]] std::string help_of_common_options(const CommandTable& table);

}  // namespace cli
