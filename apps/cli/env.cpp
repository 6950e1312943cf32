// albert env: what this program is and what it found on this machine.
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "albert/device.h"
#include "albert/version.h"
#include "command.h"
#include "common.h"
#include "config_file.h"
#include "failure.h"
#include "output.h"
#include "terminal.h"
#include "utf8.h"

namespace cli {

using albert::Json;
namespace {

/// The variables that set an option of some command.
Json::Object variables_in_effect() {
  std::vector<std::string> names{"ALBERT_FORCE_ISA"};
  for (const auto& command : commands()) {
    const CommandTable table = describe(command);
    for (const auto* options : {&table.options, &table.common})
      for (const auto& option : *options) names.push_back(environment_name(option));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  Json::Object variables;
  for (const auto& name : names)
    if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') variables.emplace_back(name, as_utf8(value));
  return variables;
}

Json::Array files_in_effect() {
  Json::Array files;
  for (const auto& file : config_files()) files.emplace_back(as_utf8(std::filesystem::absolute(file.path).string()));
  return files;
}

}  // namespace

int env(const Arguments& arguments) {
  bool json = false;
  std::optional<std::string> output_path;
  Options options("env", "Shows compiler, instruction sets, backends, threads, libraries, caches, settings.");
  options.flag("--json", json, "one JSON object");
  options.text("--output", output_path, "FILE", "write here instead of standard output").says_what_is_written();
  options.example("albert env --json");
  if (!options.parse(arguments)) return 0;

  const auto device = in_stage(Stage::options, [] { return albert::make_device({}); });
  const auto& chosen = device->options();
  Json::Object found;
  for (const auto& set : albert::instruction_sets()) found.emplace_back(set.name, set.available);
  const char* forced = std::getenv("ALBERT_FORCE_ISA");
  Json::Object libraries;
  std::string compiler;
  for (auto& [name, value] : albert::build_information()) {
    if (name == "compiler") {
      compiler = value;
    } else {
      libraries.emplace_back(name, value);
    }
  }
  libraries.emplace_back("zstd", ZSTD_versionString());
  const Json report(Json::Object{
      {"version", std::string(albert::version())},
      {"compiler", compiler},
      {"device", device->description()},
      {"instruction_set", chosen.isa},
      {"instruction_set_reason", forced != nullptr && *forced != '\0' ? "ALBERT_FORCE_ISA" : "the best this machine has"},
      {"instruction_sets", found},
      {"backends", Json::Array{"cpu", "ref"}},
      {"dtypes", Json::Array{"float32"}},
      {"threads", std::int64_t{chosen.threads}},
      {"libraries", libraries},
      {"hub_cache", as_utf8(hub_cache_directory())},
      {"config_files", files_in_effect()},
      {"variables", variables_in_effect()},
  });

  Output output(output_path);
  if (json) {
    output.write(json_line(report));
  } else {
    const Style style(output.is_terminal());
    for (const auto& [name, value] : report.as_object()) {
      std::string text;
      if (value.is_object()) {
        for (const auto& [key, part] : value.as_object())
          text += (text.empty() ? "" : ", ") + key + " " + (part.is_bool() ? (part.as_bool() ? "yes" : "no") : part.as_string());
      } else if (value.is_array()) {
        for (const auto& part : value.as_array()) text += (text.empty() ? "" : ", ") + part.as_string();
      } else {
        text = value.is_string() ? value.as_string() : albert::dump_json(value);
      }
      if (text.empty()) text = "none";
      output.write(style.faint(padded(name, 24)) + one_line(text) + "\n");
    }
  }
  output.commit();
  return 0;
}

}  // namespace cli
