// albert info: what a model folder holds.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "albert/model.h"
#include "albert/tokenizer.h"
#include "command.h"
#include "common.h"
#include "failure.h"
#include "log.h"
#include "output.h"
#include "terminal.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
using albert::AlbertConfig;
using albert::Json;

/// The class that the configuration names, or the bare encoder.
albert::ModelClass class_of(const AlbertConfig& config) {
  const Json dict = config.to_dict();
  if (const Json* names = dict.find("architectures"); names != nullptr && names->is_array() && !names->as_array().empty())
    if (const Json& name = names->as_array().front(); name.is_string()) {
      try {
        return albert::model_class_from_string(name.as_string());
      } catch (const albert::Error&) {
        warn("config.json names the unknown architecture '" + name.as_string() + "'");
      }
    }
  return albert::ModelClass::model;
}

/// Floating-point operations of one token in the encoder, and what each token of context adds.
Json operations(const AlbertConfig& config) {
  const double hidden = static_cast<double>(config.hidden_size()), inner = static_cast<double>(config.intermediate_size());
  const double layers = static_cast<double>(config.num_hidden_layers()) * static_cast<double>(config.inner_group_num());
  const double projection = 2 * static_cast<double>(config.embedding_size()) * hidden;
  const double token = projection + layers * (2 * 4 * hidden * hidden + 2 * 2 * hidden * inner);
  return Json::Object{{"per_token", token}, {"per_token_and_context_token", layers * 4 * hidden}};
}

Json files_of(const std::string& path) {
  Json::Array files;
  std::vector<fs::path> paths;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    for (const auto& entry : fs::directory_iterator(path, ignored))
      if (entry.is_regular_file(ignored)) paths.push_back(entry.path());
  } else if (fs::is_regular_file(path, ignored)) {
    paths.emplace_back(path);
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& file : paths)
    files.emplace_back(
        Json::Object{{"name", file.filename().string()}, {"bytes", static_cast<std::int64_t>(fs::file_size(file, ignored))}});
  return files;
}

Json tokenizer_of(const std::optional<std::string>& model) {
  try {
    const auto tokenizer = load_tokenizer(model, TokenizerChoice{});
    return Json::Object{{"class", tokenizer->class_name()},
                        {"size", tokenizer->size()},
                        {"model_max_length", tokenizer->model_max_length()},
                        {"chosen", tokenizer->provenance()}};
  } catch (const Failure& failure) {
    return Json::Object{{"error", failure.what()}};
  }
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string describe(const Json& report, const Style& style) {
  std::string out;
  const auto line = [&](const std::string& name, const std::string& text) { out += style.faint(padded(name, 18)) + text + "\n"; };
  const auto at = [&](const char* name) -> const Json& { return *report.find(name); };
  line("model", at("path").as_string());
  line("class", at("class").as_string());
  line("parameters", grouped(at("parameters").as_int()));
  const Json& flops = at("flops");
  line("operations", fmt::format("{:.1f} MFLOP a token, {:.4f} more for each token of context", flops.find("per_token")->as_double() / 1e6,
                                 flops.find("per_token_and_context_token")->as_double() / 1e6));
  const Json& tokenizer = at("tokenizer");
  if (const Json* error = tokenizer.find("error")) {
    line("tokenizer", "none: " + error->as_string());
  } else {
    line("tokenizer", tokenizer.find("class")->as_string() + ", " + std::to_string(tokenizer.find("size")->as_int()) + " tokens");
    line("", tokenizer.find("chosen")->as_string());
  }
  for (const Json& file : at("files").as_array())
    line("file", padded(file.find("name")->as_string(), 32) + grouped(file.find("bytes")->as_int()));
  for (const auto& [name, value] : at("config").as_object())
    line("config", padded(name, 32) + albert::dump_json(value, {.indent = -1, .sort_keys = false, .ensure_ascii = false}));
  for (const Json& row : at("table").as_array()) {
    std::vector<std::int64_t> shape;
    for (const Json& extent : row.find("shape")->as_array()) shape.push_back(extent.as_int());
    line("parameter", padded(row.find("name")->as_string(), 78) + albert::to_string(shape));
  }
  return out;
}

}  // namespace

int info(const Arguments& arguments) {
  std::optional<std::string> model, output_path;
  std::vector<std::string> positional;
  bool json = false;
  Options options("info", "Shows a model's configuration, parameters, operations, files and tokenizer.", "[PATH|ID]");
  options.text("--model", model, "PATH|ID", "model directory or file, or a hub id in the hub cache").yields_to_arguments();
  options.flag("--json", json, "one JSON object");
  options.text("--output", output_path, "FILE", "write here instead of standard output").says_what_is_written();
  options.positionals(positional);
  options.example("albert info");
  if (!options.parse(arguments)) return 0;
  if (positional.size() + (model ? 1 : 0) > 1) throw Failure(Exit::usage, "expected one model");
  if (!positional.empty()) model = positional.front();

  const std::string path = resolve_model(model);
  const Json report = in_stage(Stage::data, [&]() -> Json {
    albert::LoadingInfo loading;
    albert::LoadOptions load;
    load.info = &loading;
    const auto model_class = class_of(AlbertConfig::from_pretrained(path));
    const auto loaded = albert::AlbertPreTrainedModel::from_pretrained(model_class, path, load);
    const auto& parameters = loaded.parameters();
    Json::Array table, missing;
    for (const auto& name : parameters.names()) {
      const auto tensor = parameters.at(name);
      table.emplace_back(Json::Object{{"name", name}, {"shape", Json::Array(tensor.shape().begin(), tensor.shape().end())}});
    }
    for (const auto& name : loading.missing_keys) missing.emplace_back(name);
    return Json::Object{{"path", path},
                        {"class", std::string(albert::to_string(loaded.model_class()))},
                        {"parameters", parameters.count()},
                        {"flops", operations(loaded.config())},
                        {"tokenizer", tokenizer_of(model)},
                        {"files", files_of(path)},
                        {"missing", std::move(missing)},
                        {"config", loaded.config().to_diff_dict()},
                        {"table", std::move(table)}};
  });
  Output output(output_path);
  output.write(json ? json_line(report) : describe(report, Style(output.is_terminal())));
  output.commit();
  return 0;
}

}  // namespace cli
