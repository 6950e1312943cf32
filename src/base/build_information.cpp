#include <fmt/core.h>
#include <simdjson.h>
#include <utf8proc.h>
#include <zlib.h>
#include <protozero/version.hpp>

#include "albert/version.h"

namespace albert {

std::vector<std::pair<std::string, std::string>> build_information() {
#if defined(__clang__)
  const std::string compiler = "clang " __clang_version__;
#else
  const std::string compiler = "g++ " __VERSION__;
#endif
  return {
      {"compiler", compiler},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"simdjson", fmt::format("{}.{}.{}", static_cast<int>(simdjson::SIMDJSON_VERSION_MAJOR),
                               static_cast<int>(simdjson::SIMDJSON_VERSION_MINOR), static_cast<int>(simdjson::SIMDJSON_VERSION_REVISION))},
      {"protozero", PROTOZERO_VERSION_STRING},
      {"utf8proc", fmt::format("{}.{}.{}", UTF8PROC_VERSION_MAJOR, UTF8PROC_VERSION_MINOR, UTF8PROC_VERSION_PATCH)},
      {"zlib", ZLIB_VERSION},
  };
}

}  // namespace albert
