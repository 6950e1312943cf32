// Manual pages (roff, man macros), made from the option tables.
#pragma once

#include <string>

#include "command.h"

namespace cli {

/// albert(1)
[[nodiscard]] std::string man_page();
/// albert-COMMAND(1)
[[nodiscard]] std::string man_page(const Command& command);

}  // namespace cli
