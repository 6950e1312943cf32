// --config: a configuration by its short name, or from a folder.
#pragma once

#include <string>

#include "albert/config.h"

namespace cli {

/// "base", "large", "xlarge", "xxlarge" (version 2), or a folder with a config.json. Failure{missing|bad_data}.
[[nodiscard]] albert::AlbertConfig named_config(const std::string& name);

}  // namespace cli
