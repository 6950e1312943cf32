#include "named_config.h"

#include <fmt/format.h>

#include "failure.h"

namespace cli {

albert::AlbertConfig named_config(const std::string& name) {
  for (const char* known : {"base", "large", "xlarge", "xxlarge"})
    if (name == known) return albert::AlbertConfig::published(fmt::format("albert-{}-v2", known));
  return in_stage(Stage::data, [&] { return albert::AlbertConfig::from_pretrained(name); });
}

}  // namespace cli
