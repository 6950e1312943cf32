// The options that commands share: which model, which rows, where the results go.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "albert/device.h"
#include "albert/json.h"
#include "albert/tokenizer.h"
#include "options.h"
#include "rows.h"

namespace cli {

/// --model, --device, --dtype, --threads, --slow.
struct ModelOptions {
  std::optional<std::string> model;
  std::string device = "cpu";
  std::string dtype = "float32";
  std::int64_t threads = 0;

  void declare(Options& options);
  /// Failure{usage} for a device or type that this program does not have.
  [[nodiscard]] std::shared_ptr<const albert::Device> make_device() const;
};

/// --slow, --fast.
struct TokenizerChoice {
  bool slow = false;
  bool fast = false;

  void declare(Options& options);
  [[nodiscard]] bool use_fast() const { return !slow; }
};

/// NAME=COLUMN, the value of --field, where NAME is one of `fields`. Failure{usage}.
[[nodiscard]] std::pair<std::string, std::string> parse_rename(const std::string& text, const std::vector<std::string>& fields);

/// --input, --input-format, --field, --skip, --json, --output, --append, --keep-going.
struct RowOptions {
  InputOptions input;
  bool json = false;
  std::optional<std::string> output;
  bool append = false;
  bool keep_going = false;

  /// `fields` are the names that the command reads: what --field may rename.
  void declare(Options& options, std::vector<std::string> fields);
  /// A constant for rows that lack the field.
  void constant(const std::string& name, const std::optional<std::string>& value);
};

/// The options that every task has, listed in short.
void declare_common(Options& options, ModelOptions& model, TokenizerChoice& tokenizer, RowOptions& rows, std::vector<std::string> fields);

/// The path to load for --model: the directory or file itself, the snapshot of a hub id in the hub
/// cache, or the model inside the program when none is named. Failure{missing}.
[[nodiscard]] std::string resolve_model(const std::optional<std::string>& model);
/// Where the tokenizer of --model is. Failure{missing}.
[[nodiscard]] std::string tokenizer_folder(const std::optional<std::string>& model);
/// The tokenizer of --model, with these keyword arguments. Failure{missing|bad_data}.
[[nodiscard]] std::unique_ptr<albert::Tokenizer> load_tokenizer(const std::optional<std::string>& model, const TokenizerChoice& choice,
                                                                const albert::Json& overrides = {});
/// Where hub ids are looked up: $HF_HUB_CACHE (or its older names), $HF_HOME/hub or ~/.cache/huggingface/hub.
[[nodiscard]] std::string hub_cache_directory();

/// --truncation, --max-length, --padding, --stride: the arguments of the reference's tokenizer call.
struct CallFlags {
  void declare_truncation(Options& options);
  void declare_all(Options& options);
  /// The call; as in the reference, a maximal length alone means truncation.
  [[nodiscard]] albert::CallOptions resolve() const;
  /// The same as it was given: the tokenizer says what a maximal length alone means.
  [[nodiscard]] const albert::CallOptions& as_given() const { return call_; }

 private:
  albert::CallOptions call_;
  bool strategy_given_ = false;
};

/// One line of JSON: json.dumps(value, ensure_ascii=False) and a line feed.
[[nodiscard]] std::string json_line(const albert::Json& value);

}  // namespace cli
