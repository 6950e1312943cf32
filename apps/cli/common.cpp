#include "common.h"

#include <algorithm>
#include <filesystem>

#include "albert/error.h"
#include "failure.h"

namespace cli {

void ModelOptions::declare(Options& options) {
  options.text("--model", model, "PATH|ID", "model directory or file, or a hub id in the hub cache");
  options.text("--device", device, "cpu|ref", "vectorised code, or the plain reference");
  options.text("--dtype", dtype, "float32", "arithmetic");
  options.integer("--threads", threads, "N", "0: one a core");
}

std::shared_ptr<const albert::Device> ModelOptions::make_device() const {
  if (dtype == "bfloat16" || dtype == "int8")
    throw Failure(Exit::usage, "--dtype " + dtype + " is not available in this version; expected float32");
  albert::DeviceOptions wanted;
  wanted.kind = device;
  wanted.threads = static_cast<int>(std::min<std::int64_t>(threads, 1024));
  return in_stage(Stage::options, [&] {
    wanted.dtype = albert::dtype_from_string(dtype);
    return albert::make_device(wanted);
  });
}

void TokenizerChoice::declare(Options& options) {
  options.flag("--fast", fast, "the fast tokenizer (default)");
  options.flag("--slow", slow, "the slow tokenizer: SentencePiece alone");
  options.exclusive({"--fast", "--slow"});
}

std::pair<std::string, std::string> parse_rename(const std::string& text, const std::vector<std::string>& fields) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) throw Failure(Exit::usage, "expected NAME=COLUMN, got '" + text + "'");
  const std::string name = text.substr(0, equals);
  if (std::find(fields.begin(), fields.end(), name) == fields.end()) {
    std::string known;
    for (const auto& field : fields) known += (known.empty() ? "" : ", ") + field;
    throw Failure(Exit::usage, "this command reads " + known + "; got '" + name + "'");
  }
  return {name, text.substr(equals + 1)};
}

void RowOptions::declare(Options& options, std::vector<std::string> fields) {
  options.list("--input", input.files, "FILE", "rows from a file; - is standard input").yields_to_arguments();
  options.text("--input-format", input.format, "text|jsonl|csv|tsv", "by the file's extension when not given").accepts({"ndjson"});
  options.value(
      "--field", [this, fields = std::move(fields)](const std::string& text) { input.renames.push_back(parse_rename(text, fields)); },
      "NAME=COLUMN", "the column (or key) that holds a field");
  options.integer("--skip", input.skip, "N", "rows to pass over: goes on where a run ended");
  options.flag("--json", json, "one JSON value a row");
  options.text("--output", output, "FILE", "write here instead of standard output").says_what_is_written();
  options.flag("--append", append, "add to the output file instead of replacing it").says_what_is_written();
  options.flag("--keep-going", keep_going, "a bad row gives {\"error\": ...} instead of ending the run");
}

void RowOptions::constant(const std::string& name, const std::optional<std::string>& value) {
  if (value) input.constants.emplace_back(name, albert::Json(*value));
}

void CallFlags::declare_truncation(Options& options) {
  options
      .value(
          "--truncation",
          [this](const std::string& name) {
            using albert::TruncationStrategy;
            strategy_given_ = true;
            if (name == "true" || name == "longest_first") {
              call_.truncation = TruncationStrategy::longest_first;
            } else if (name == "only_first") {
              call_.truncation = TruncationStrategy::only_first;
            } else if (name == "only_second") {
              call_.truncation = TruncationStrategy::only_second;
            } else if (name == "false" || name == "do_not_truncate") {
              call_.truncation = TruncationStrategy::do_not_truncate;
            } else {
              throw Failure(Exit::usage, "expected longest_first, only_first, only_second or do_not_truncate, got '" + name + "'");
            }
          },
          "STRATEGY", "longest_first (or true), only_first, only_second")
      .choices({"longest_first", "only_first", "only_second", "do_not_truncate"})
      .accepts({"true", "false"});
  options.integer("--max-length", call_.max_length, "N", "tokens to truncate or pad to");
}

void CallFlags::declare_all(Options& options) {
  declare_truncation(options);
  options
      .value(
          "--padding",
          [this](const std::string& name) {
            using albert::PaddingStrategy;
            strategy_given_ = true;
            call_.padding_by_name = name != "true" && name != "false";
            if (name == "true" || name == "longest") {
              call_.padding = PaddingStrategy::longest;
            } else if (name == "max_length") {
              call_.padding = PaddingStrategy::max_length;
            } else if (name == "false" || name == "do_not_pad") {
              call_.padding = PaddingStrategy::do_not_pad;
            } else {
              throw Failure(Exit::usage, "expected longest, max_length or do_not_pad, got '" + name + "'");
            }
          },
          "STRATEGY", "longest (or true), max_length")
      .choices({"longest", "max_length", "do_not_pad"})
      .accepts({"true", "false"});
  options.integer("--stride", call_.stride, "N", "overlap of the windows");
  options.flag("--return-overflowing-tokens", call_.return_overflowing_tokens, "every window of a long text");
  options.integer("--pad-to-multiple-of", call_.pad_to_multiple_of, "N", "round the padded length up", 1);
}

albert::CallOptions CallFlags::resolve() const {
  albert::CallOptions call = call_;
  if (call.max_length && !strategy_given_) call.truncation = albert::TruncationStrategy::longest_first;
  return call;
}

void declare_common(Options& options, ModelOptions& model, TokenizerChoice& tokenizer, RowOptions& rows, std::vector<std::string> fields) {
  options.heading("model");
  model.declare(options);
  tokenizer.declare(options);
  options.heading("rows and results");
  rows.declare(options, std::move(fields));
}

std::string tokenizer_folder(const std::optional<std::string>& model) {
  std::string path = resolve_model(model);
  // A model file has its tokenizer beside it.
  if (std::filesystem::is_regular_file(path)) path = std::filesystem::absolute(path).parent_path().string();
  return path;
}

std::unique_ptr<albert::Tokenizer> load_tokenizer(const std::optional<std::string>& model, const TokenizerChoice& choice,
                                                  const albert::Json& overrides) {
  const std::string path = tokenizer_folder(model);
  return in_stage(Stage::data, [&] { return albert::Tokenizer::from_pretrained(path, choice.use_fast(), overrides); });
}

std::string json_line(const albert::Json& value) {
  albert::JsonStyle style;
  style.ensure_ascii = false;
  return albert::dump_json(value, style) + "\n";
}

}  // namespace cli
