// How `albert tokenize --slow` draws segmentations at random: the reference's sp_model_kwargs, and a seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "albert/json.h"
#include "albert/tokenizer.h"
#include "common.h"

namespace cli {

class SamplingOptions {
 public:
  /// --sp-model-kwargs, --enable-sampling, --nbest-size, --alpha, --seed, --nbest.
  void declare(Options& options);
  /// The keyword arguments for the tokenizer. Failure{usage}: not the slow form, or options that need others.
  [[nodiscard]] albert::Json overrides(const TokenizerChoice& choice) const;
  /// Keeps the tokenizer that draws. Failure{usage}: it has no SentencePiece model.
  void use(albert::Tokenizer& tokenizer);
  /// From here on the inputs take the draws `first`, `first` + 1, …
  void start_at(std::uint64_t first) const;

  /// Whether the tokenizer may draw: its inputs then go through it in order.
  [[nodiscard]] bool draws() const noexcept { return tokenizer_ != nullptr; }
  [[nodiscard]] bool lists_segmentations() const noexcept { return nbest_.has_value(); }
  /// The --nbest segmentations of a text.
  [[nodiscard]] std::vector<albert::Segmentation> segmentations(const std::string& text) const;

 private:
  std::optional<albert::Json> arguments_;
  bool enable_sampling_ = false;
  std::optional<std::int64_t> nbest_size_, nbest_;
  std::optional<double> alpha_;
  std::optional<std::uint64_t> seed_;
  albert::AlbertTokenizer* tokenizer_ = nullptr;
};

}  // namespace cli
