// albert pretrain: an ALBERT from raw text.
#include <fmt/format.h>

#include <filesystem>

#include "albert/pretraining.h"
#include "command.h"
#include "common.h"
#include "failure.h"
#include "interrupt.h"
#include "log.h"
#include "named_config.h"
#include "terminal.h"
#include "training_flags.h"

namespace cli {
namespace {

struct Settings {
  std::vector<std::string> text;
  std::optional<std::string> tokens, tokenizer, config, text_format, model;
  std::string text_field = "text";
  albert::ExampleOptions examples;
  std::int64_t held_out_every = 200;
  std::int64_t evaluation_examples = 512;
};

albert::TextFormat format_of(const std::optional<std::string>& name) {
  if (!name) return albert::TextFormat::automatic;
  if (*name == "lines") return albert::TextFormat::lines;
  return *name == "jsonl" ? albert::TextFormat::jsonl : albert::TextFormat::document;
}

/// The ids of the text: given, made by an earlier part of the run, or made now.
std::string token_store(const Settings& settings, const TrainingFlags& flags, const albert::Tokenizer& tokenizer, int threads) {
  const std::string path = settings.tokens.value_or(*flags.output + ".tokens");
  if (settings.text.empty() || (flags.resume && std::filesystem::exists(path))) return path;
  const DeferInterrupts one_leaves_nothing_half_written;
  Progress progress("sentences");
  albert::TokenStoreOptions options{.format = format_of(settings.text_format), .text_field = settings.text_field, .threads = threads};
  options.observer = [&](const albert::TokenStoreStatistics& so_far) {
    progress.update(so_far.sentences, std::nullopt);
    return interrupt_pending();
  };
  const auto made = in_stage(Stage::write, [&] { return albert::build_token_store(settings.text, tokenizer, path, options); });
  const auto hidden = progress.hide();
  log(Level::info, fmt::format("{} documents, {} sentences, {} tokens are in {}", made.documents, made.sentences, made.tokens, path));
  return path;
}

albert::AlbertForPreTraining start(const Settings& settings, const albert::Tokenizer& tokenizer,
                                   const std::shared_ptr<const albert::Device>& device, std::uint64_t seed) {
  if (settings.model) return albert::AlbertForPreTraining::from_pretrained(resolve_model(settings.model), {.device = device, .seed = seed});
  auto config = named_config(*settings.config);
  // The embeddings are the tokenizer's, whatever size the configuration was written for.
  config.set("vocab_size", tokenizer.size());
  return albert::AlbertForPreTraining(config, {.device = device, .seed = seed});
}

}  // namespace

int pretrain(const Arguments& arguments) {
  Settings settings;
  ModelOptions device;
  TrainingFlags flags;
  flags.training = albert::pretraining_options();
  Options options("pretrain", "Trains an ALBERT on raw text: masked words and the order of sentences.");
  options.list("--text", settings.text, "PATH", "a file, a folder with files, or - (repeatable)");
  options.text("--tokenizer", settings.tokenizer, "DIR", "its tokenizer");
  options.text("--config", settings.config, "CONFIG", "base, large, xlarge, xxlarge, or a folder");
  flags.declare(options);
  options.heading("model");
  options.text("--model", settings.model, "DIR", "weights to start from, instead of random ones");
  options.text("--device", device.device, "cpu|ref", "where to compute");
  options.integer("--threads", device.threads, "N", "0: one a core");
  options.heading("data");
  options.text("--text-format", settings.text_format, "document|lines|jsonl", "how files are read; by their names when not given");
  options.text("--text-field", settings.text_field, "NAME", "the key of a text in jsonl");
  options.text("--tokens", settings.tokens, "FILE", "the token ids of the text, written once; read when there is no --text")
      .says_what_is_written();
  options.integer("--held-out-every", settings.held_out_every, "N", "every N-th document is held out for evaluation; 0: none");
  options.integer("--eval-examples", settings.evaluation_examples, "N", "held-out examples an evaluation looks at", 1);
  options.integer("--max-length", settings.examples.max_length, "N", "tokens of an example", 5);
  number_option(options, "--short-seq-prob", settings.examples.short_seq_prob, "P", "of examples that are shorter on purpose", 0, 1);
  number_option(options, "--masked-lm-prob", settings.examples.masking.masked_lm_prob, "P", "of tokens that are to be predicted", 0, 1);
  options.integer("--max-predictions", settings.examples.masking.max_predictions, "N", "tokens to be predicted in an example, at most", 1);
  options.integer("--ngram", settings.examples.masking.ngram, "N", "words that are masked together, at most", 1);
  options.example("albert pretrain --text books --tokenizer tokenizer --config base --output run");
  if (!options.parse(arguments)) return 0;

  flags.finish();
  if (settings.text.empty() && !settings.tokens) throw Failure(Exit::usage, "--text is missing: what to learn from");
  if (!settings.model && !settings.config)
    throw Failure(Exit::usage, "--config is missing: what to build (base, a folder with a config.json)");
  if (!settings.tokenizer && !settings.model) throw Failure(Exit::usage, "--tokenizer is missing: a folder, as train-tokenizer writes it");
  const auto on = device.make_device();
  const std::shared_ptr<const albert::Tokenizer> tokenizer = load_tokenizer(settings.tokenizer ? settings.tokenizer : settings.model, {});
  settings.examples.seed = flags.training.seed;
  const auto model = in_stage(Stage::data, [&] { return start(settings, *tokenizer, on, flags.training.seed); });
  const std::string store = token_store(settings, flags, *tokenizer, on->options().threads);
  in_stage(Stage::data, [&] {
    if (settings.examples.max_length > model.config().max_position_embeddings())
      throw Failure(Exit::usage, fmt::format("--max-length {} is more than the model's {} positions", settings.examples.max_length,
                                             model.config().max_position_embeddings()));
  });
  const auto data = in_stage(Stage::data, [&] {
    return std::make_shared<albert::PretrainingData>(store, *tokenizer, settings.examples, settings.held_out_every);
  });
  const auto pad = tokenizer->special_token_id("pad").value_or(0);
  auto trainer = in_stage(Stage::data,
                          [&] { return std::make_unique<albert::Trainer>(model, albert::pretraining_batches(data, pad), flags.training); });
  if (data->held_out_size() > 0) trainer->set_evaluator(albert::pretraining_evaluator(data, pad, settings.evaluation_examples));
  trainer->set_folder_writer([&](const std::string& folder) { (void)tokenizer->save_pretrained(folder); });
  trainer->set_description({.title = "ALBERT, pre-trained",
                            .task = "fill-mask",
                            .base_model = settings.model.value_or(""),
                            .train_data = fmt::format("{}", fmt::join(settings.text, ", ")),
                            .dev_data = "held-out documents",
                            .facts = {{"documents", std::to_string(data->documents())},
                                      {"sentences", std::to_string(data->sentences())},
                                      {"tokens", std::to_string(data->tokens())}}});
  return run_training(*trainer, flags);
}

}  // namespace cli
