// albert attention: what each token looks at, as a page to look at or as JSON.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>

#include "albert/pipelines.h"
#include "attention_page.h"
#include "command.h"
#include "common.h"
#include "failure.h"
#include "interrupt.h"
#include "log.h"
#include "output.h"
#include "terminal.h"

namespace cli {
namespace {

using albert::AlbertConfig;
using albert::Encoding;
using albert::Json;
using albert::Tensor;

/// "1-4,12" -> {0, 1, 2, 3, 11}. Failure{usage} for anything else, or a layer above `count`.
std::set<std::int64_t> parse_layers(const std::string& text, std::int64_t count) {
  std::set<std::int64_t> layers;
  for (const auto& part : split_commas(text)) {
    const auto dash = part.find('-');
    const std::int64_t first = parse_integer(part.substr(0, dash), "--layers: a layer");
    const std::int64_t last = dash == std::string::npos ? first : parse_integer(part.substr(dash + 1), "--layers: a layer");
    if (first < 1 || last < first || last > count)
      throw Failure(Exit::usage, fmt::format("--layers: expected layers from 1 to {}, got '{}'", count, part));
    for (std::int64_t layer = first; layer <= last; ++layer) layers.insert(layer - 1);
  }
  if (layers.empty()) throw Failure(Exit::usage, "--layers: expected layers such as 1-4,12, got '" + text + "'");
  return layers;
}

/// The only row of the input.
Row read_row(const InputOptions& input) {
  RowReader reader(input);
  Row row, next;
  if (!reader.next(row)) throw Failure(Exit::bad_data, "expected a text, got none");
  if (row.error) throw Failure(Exit::bad_data, row.place + ": " + *row.error);
  if (reader.next(next))
    throw Failure(Exit::bad_data, "a picture shows one row (a text, or a pair with --text-pair), got a second: " + next.place);
  return row;
}

/// What people call a model: the name of its folder, or its hub id.
std::string name_of(const std::optional<std::string>& model) {
  namespace fs = std::filesystem;
  if (!model) {
    const std::string& inside = albert::embedded_model();
    return inside.substr(inside.find(':') + 1);
  }
  std::error_code ignored;
  if (!fs::exists(*model, ignored)) return *model;
  const fs::path path = fs::absolute(*model, ignored).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// The layers by the sets of weights that they share, in order.
std::vector<std::vector<std::int64_t>> layer_groups(const AlbertConfig& config) {
  const std::int64_t layers = config.num_hidden_layers();
  const double layers_a_group = static_cast<double>(layers) / static_cast<double>(config.num_hidden_groups());
  std::vector<std::vector<std::int64_t>> groups;
  std::int64_t last = -1;
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    const auto group = static_cast<std::int64_t>(static_cast<double>(layer) / layers_a_group);
    if (group != last) groups.emplace_back();
    groups.back().push_back(layer);
    last = group;
  }
  return groups;
}

/// The weights would not fit into memory: said before they are computed.
void check_size(const AlbertConfig& config, std::size_t tokens) {
  constexpr double kMost = 256 << 20;  // 1 GiB of float32
  const double weights = static_cast<double>(config.num_hidden_layers()) * static_cast<double>(config.inner_group_num()) *
                         static_cast<double>(config.num_attention_heads()) * static_cast<double>(tokens) * static_cast<double>(tokens);
  if (weights > kMost)
    throw Failure(Exit::bad_data,
                  fmt::format("{} tokens have {:.0f} attention weights, expected at most {:.0f}: shorten the text with --max-length",
                              tokens, weights, kMost));
}

void write_json(const std::vector<std::string>& tokens, const std::vector<AttentionPicture::Layer>& layers, Output& output) {
  const albert::JsonStyle style{.indent = -1, .sort_keys = false, .ensure_ascii = false};
  output.write("{\"tokens\": " + albert::dump_json(Json(Json::Array(tokens.begin(), tokens.end())), style) + ", \"attentions\": [");
  for (std::size_t l = 0; l < layers.size(); ++l) {
    output.write(l == 0 ? "[" : ", [");
    const auto values = layers[l].weights.values<float>();
    const std::size_t count = tokens.size();
    for (std::size_t row = 0; row < values.size() / count; ++row) {
      check_interrupt();
      const char* open = row == 0 ? "[" : row % count == 0 ? "], [" : ", ";
      const auto keys = values.subspan(row * count, count);
      output.write(open + albert::dump_json(Json(Json::Array(keys.begin(), keys.end())), style));
    }
    output.write(values.empty() ? "]" : "]]");
  }
  output.write("]}\n");
}

}  // namespace

int attention(const Arguments& arguments) {
  ModelOptions model;
  TokenizerChoice tokenizer;
  InputOptions input;
  CallFlags call;
  std::optional<std::string> text_pair, layers, output_path;
  bool json = false;
  Options options("attention", "Shows what each token of a text looks at: a page with every head of every layer.", "[TEXT]");
  options.text("--text-pair", text_pair, "TEXT", "the second text");
  options.text("--output", output_path, "FILE", "the page, one HTML file that needs nothing else").says_what_is_written();
  options.flag("--json", json, "the weights as one JSON object instead of the page");
  options.text("--layers", layers, "LIST", "only these: 1-4,12");
  call.declare_truncation(options);
  options.list("--input", input.files, "FILE", "the text from a file; - is standard input").yields_to_arguments();
  options.text("--input-format", input.format, "text|jsonl|csv|tsv", "by the file's extension when not given").accepts({"ndjson"});
  options.heading("model");
  model.declare(options);
  tokenizer.declare(options);
  options.positionals(input.arguments);
  options.example("albert attention \"The wind was cold.\" --output wind.html");
  if (!options.parse(arguments)) return 0;
  if (!json && !output_path && ::isatty(STDOUT_FILENO) == 1)
    throw Failure(Exit::usage, "the page is HTML and standard output is a terminal: give --output FILE, or --output - to see it here");

  albert::PipelineOptions settings;
  settings.device = model.make_device();
  settings.use_fast = tokenizer.use_fast();
  if (text_pair) input.constants.emplace_back("text_pair", Json(*text_pair));
  const Row row = read_row(input);
  Output output(output_path);
  const std::string path = resolve_model(model.model);
  AttentionPicture picture;
  in_stage(Stage::data, [&] {
    const auto pipeline = albert::FeatureExtractionPipeline::from_pretrained(path, settings);
    const AlbertConfig& config = pipeline.model().config();
    const std::int64_t count = config.num_hidden_layers(), inner = config.inner_group_num();
    std::set<std::int64_t> wanted;
    if (layers) wanted = parse_layers(*layers, count);

    picture.text = row.text("text");
    picture.text_pair = row.optional_text("text_pair");
    // One text with an empty second one is a single text to the fast tokenizer's call.
    if (pipeline.tokenizer().is_fast() && picture.text_pair && picture.text_pair->empty()) picture.text_pair.reset();
    const Encoding encoding = picture.text_pair ? pipeline.tokenizer()(picture.text, *picture.text_pair, call.resolve())
                                                : pipeline.tokenizer()(picture.text, call.resolve());
    const auto tokens = static_cast<std::int64_t>(encoding.size());
    if (tokens == 0) throw Failure(Exit::bad_data, "the text has no tokens");
    check_size(config, encoding.size());

    albert::ModelInputs inputs;
    inputs.input_ids = Tensor::from<std::int32_t>({1, tokens}, encoding.input_ids);
    inputs.token_type_ids = Tensor::from<std::int32_t>({1, tokens}, encoding.token_type_ids);
    albert::ForwardOptions forward;
    forward.output_attentions = true;
    const Progress progress("");
    const auto result = pipeline.model().forward(inputs, forward);
    for (const auto& warning : result.warnings()) warn(warning);
    check_interrupt();

    picture.model = name_of(model.model);
    picture.tokens = encoding.tokens;
    picture.special = encoding.special_tokens_mask;
    const auto second = std::find(encoding.token_type_ids.begin(), encoding.token_type_ids.end(), 1);
    if (picture.text_pair && second != encoding.token_type_ids.end()) picture.second = second - encoding.token_type_ids.begin();
    picture.groups = layer_groups(config);
    const auto& attentions = result.list("attentions");
    for (std::size_t i = 0; i < attentions.size(); ++i) {
      const std::int64_t layer = static_cast<std::int64_t>(i) / inner, part = static_cast<std::int64_t>(i) % inner;
      if (!wanted.empty() && !wanted.contains(layer)) continue;
      const std::string label = std::to_string(layer + 1) + (inner > 1 ? "." + std::to_string(part + 1) : "");
      picture.layers.push_back({label, layer, attentions[i].to(albert::DType::f32)});
    }
    if (picture.layers.empty()) throw Failure(Exit::bad_data, "the model has no attention layers");
  });
  if (json) {
    write_json(picture.tokens, picture.layers, output);
  } else {
    write_attention_page(picture, output);
  }
  output.commit();
  return 0;
}

}  // namespace cli
