#include "sampling.h"

#include <charconv>
#include <limits>
#include <random>

#include "failure.h"

namespace cli {
namespace {

template <class Number>
Number parse_number(const std::string& text, const char* expected) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw Failure(Exit::usage, std::string("expected ") + expected + ", got '" + text + "'");
  return value;
}

}  // namespace

void SamplingOptions::declare(Options& options) {
  options.flag("--enable-sampling", enable_sampling_, "draw every segmentation at random (slow only)");
  options.integer("--nbest-size", nbest_size_, "N", "from the N best, 2 to 512; -1 (default): from all",
                  std::numeric_limits<std::int64_t>::min());
  options.value(
      "--alpha", [this](const std::string& text) { alpha_ = parse_number<double>(text, "a number"); }, "A",
      "with probability proportional to exp(A * score) (0.1)");
  options.value(
      "--seed", [this](const std::string& text) { seed_ = parse_number<std::uint64_t>(text, "a whole number of at most 64 bits"); }, "N",
      "the same draws every time");
  options.value(
      "--sp-model-kwargs",
      [this](const std::string& text) {
        arguments_ = albert::parse_json(text);
        if (!arguments_->is_object()) throw Failure(Exit::usage, "expected a JSON object, got '" + text + "'");
      },
      "JSON", "these and reverse, emit_unk_piece, ... as one object");
  options.integer("--nbest", nbest_, "N", "list the N best segmentations of each text instead (slow only)", 1);
}

albert::Json SamplingOptions::overrides(const TokenizerChoice& choice) const {
  const bool any = arguments_ || enable_sampling_ || nbest_size_ || alpha_;
  if ((any || nbest_ || seed_) && choice.use_fast())
    throw Failure(Exit::usage, "sampling and --nbest are for the slow tokenizer: give --slow too");
  if ((nbest_size_ || alpha_) && !enable_sampling_)
    throw Failure(Exit::usage, "--nbest-size and --alpha are for sampling: give --enable-sampling too");
  if (!any) return {};
  albert::Json arguments = arguments_.value_or(albert::Json::Object{});
  if (enable_sampling_) arguments.set("enable_sampling", true);
  if (nbest_size_) arguments.set("nbest_size", *nbest_size_);
  if (alpha_) arguments.set("alpha", *alpha_);
  return albert::Json::Object{{"sp_model_kwargs", arguments}};
}

void SamplingOptions::use(albert::Tokenizer& tokenizer) {
  tokenizer_ = dynamic_cast<albert::AlbertTokenizer*>(&tokenizer);
  if (tokenizer_ == nullptr && (nbest_ || seed_ || enable_sampling_ || arguments_))
    throw Failure(Exit::usage, "sampling and --nbest need a SentencePiece model; this tokenizer is a " + tokenizer.class_name());
  if (tokenizer_ == nullptr || seed_) return;
  std::random_device entropy;
  seed_ = (std::uint64_t{entropy()} << 32) | entropy();
}

void SamplingOptions::start_at(std::uint64_t first) const {
  if (tokenizer_ != nullptr) tokenizer_->set_sampling_seed(*seed_, first);
}

std::vector<albert::Segmentation> SamplingOptions::segmentations(const std::string& text) const {
  return tokenizer_->nbest_encode(text, *nbest_);
}

}  // namespace cli
