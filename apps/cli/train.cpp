// albert train: a model for a task, from labelled files.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>

#include "command.h"
#include "common.h"
#include "evaluation_table.h"
#include "failure.h"
#include "log.h"
#include "output.h"
#include "raw_input.h"
#include "seed_summary.h"
#include "suggest.h"
#include "terminal.h"
#include "train_task.h"
#include "training_flags.h"

namespace cli {
namespace {

using albert::Json;

struct TrainCommand {
  std::vector<std::string> positionals, renames;
  TrainSettings task;
  TrainingFlags flags;
  std::vector<std::uint64_t> seeds;
  bool freeze_encoder = false, json = false;
};

void declare(Options& options, TrainCommand& command) {
  TrainSettings& task = command.task;
  options.list("--train", task.train.files, "FILE", "labelled data to learn from (repeatable)");
  options.list("--dev", task.dev.files, "FILE", "labelled data to measure on (repeatable)");
  command.flags.declare(options);
  options.text("--metric-for-best-model", task.metric, "NAME", "the figure that decides which model is the best");
  options.value(
      "--seeds",
      [&command](const std::string& text) {
        for (const std::string& seed : split_commas(text))
          command.seeds.push_back(static_cast<std::uint64_t>(parse_integer(seed, "a seed")));
      },
      "N,N,...", "a run a seed, in folders seed-N; mean and spread");
  options.flag("--json", command.json, "one JSON object with the best figures");
  options.heading("data");
  options.text("--data-format", task.train.format, "csv|tsv|jsonl|conll|squad|text", "by the file's name when not given");
  options.list("--field", command.renames, "NAME=COLUMN", "the column (its name, or number from 1) that holds a field");
  options.value(
      "--label-separator",
      [&task](const std::string& text) {
        if (text.size() != 1) throw Failure(Exit::usage, "expected one character, got '" + text + "'");
        task.train.label_separator = text.front();
      },
      "C", "a label cell holds several labels");
  options.text("--labels", task.labels, "A,B,...", "the label set; that of the data when not given");
  options.text("--problem-type", task.problem_type, "single-label|multi-label|regression", "by the labels when not given");
  options.integer("--max-length", task.max_length, "N", "tokens of a row; longer ones are cut", 1);
  options.integer("--doc-stride", task.doc_stride, "N", "question-answering: tokens that windows share");
  options.integer("--block-size", task.block_size, "N", "masked-language-modelling: texts are cut into blocks; 0: a row a text");
  number_option(options, "--mlm-probability", task.mlm_probability, "P", "of a token to be predicted", 0, 1);
  options.text("--loss", task.embedding_loss, "contrastive|cosine", "sentence-embedding: from pairs alone, or from pairs with a number");
  options.text("--pooling", task.pooling, "mean|cls", "sentence-embedding");
  number_option(options, "--scale", task.scale, "R", "contrastive: cosines are multiplied by it", 1e-3, 1e6);
  options.heading("model");
  task.model.declare(options);
  options.text("--config", task.config, "CONFIG", "random weights: base, large, xlarge, xxlarge, or a folder with a config.json");
  options.text("--tokenizer", task.tokenizer, "DIR", "the model's own when not given");
  options.flag("--freeze-encoder", command.freeze_encoder, "train the head alone");
  options.positionals(command.positionals);
  options.exclusive({"--model", "--config"});
  options.exclusive({"--seed", "--seeds"});
  options.example("albert train text-classification --train a.tsv --dev b.tsv --output run");
}

void check(TrainCommand& command) {
  TrainSettings& task = command.task;
  if (command.positionals.size() != 1) throw Failure(Exit::usage, fmt::format("expected one task: {}", fmt::join(training_tasks(), ", ")));
  task.task = command.positionals.front();
  if (task.task == "masked-language-modeling") task.task = "masked-language-modelling";
  if (task.task == "sentence-embeddings") task.task = "sentence-embedding";
  if (std::find(training_tasks().begin(), training_tasks().end(), task.task) == training_tasks().end())
    throw Failure(Exit::usage, "unknown task: " + task.task + did_you_mean(task.task, training_tasks()) +
                                   fmt::format("\nexpected {}", fmt::join(training_tasks(), ", ")));
  if (task.train.files.empty()) throw Failure(Exit::usage, "--train is missing: the data to learn from");
  const auto only_for = [&](bool given, const char* option, const std::string& wanted) {
    if (given && task.task != wanted) throw Failure(Exit::usage, fmt::format("{} is for {}", option, wanted));
  };
  only_for(task.train.format == "conll", "--data-format conll", "token-classification");
  only_for(task.train.format == "squad", "--data-format squad", "question-answering");
  only_for(task.problem_type.has_value(), "--problem-type", "text-classification");
  only_for(task.embedding_loss.has_value(), "--loss", "sentence-embedding");
  if (task.metric && task.dev.files.empty()) throw Failure(Exit::usage, "--metric-for-best-model needs --dev: the data to measure on");
  const auto fields = albert::data_fields(task.task == "sentence-embedding" ? "text-classification" : task.task);
  for (const auto& rename : command.renames) task.train.renames.push_back(parse_rename(rename, fields));
  task.train.open = [](const std::string& path) { return std::make_unique<RawInput>(path); };
  auto dev_files = std::move(task.dev.files);
  task.dev = task.train;
  task.dev.files = std::move(dev_files);
  command.flags.finish();
}

/// A highest rate that does not diverge, by the size of the model: the wider, the smaller.
double rate_for(std::int64_t hidden_size) {
  if (hidden_size >= 2048) return 1e-5;
  if (hidden_size >= 1024) return 2e-5;
  if (hidden_size >= 512) return 3e-5;
  return hidden_size >= 256 ? 1e-4 : 3e-4;
}

std::string pipeline_tag(const std::string& task) {
  if (task == "masked-language-modelling") return "fill-mask";
  return task == "sentence-embedding" ? "sentence-similarity" : task;
}

void log_start(const TrainSettings& settings, const albert::StartedModel& start) {
  const auto& fresh = start.new_parameters;
  if (settings.config) {
    log(Level::info, fmt::format("{} parameters start at random", start.model.parameters().count()));
  } else if (!fresh.empty()) {
    log(Level::info, fmt::format("new, at random: {}", fmt::join(fresh, ", ")));
  }
}

Json figures_json(const albert::Figures& figures) {
  Json object = Json::Object{};
  for (const auto& [name, value] : figures) object.set(name, value);
  return object;
}

/// The run of one seed.
Json run_seed(const TrainCommand& command, const std::function<TrainTask(std::uint64_t)>& make, std::uint64_t seed,
              const std::string& output, const albert::Tokenizer& tokenizer) {
  const TrainSettings& settings = command.task;
  TrainTask task = in_stage(Stage::data, [&] { return make(seed); });
  log_start(settings, task.start);
  TrainingFlags flags = command.flags;
  flags.output = output;
  flags.training.seed = seed;
  const auto& config = task.start.model.config();
  if (std::isnan(flags.training.learning_rate)) flags.training.learning_rate = rate_for(config.hidden_size());
  if (command.freeze_encoder) flags.training.frozen = {"albert."};
  auto trainer = in_stage(Stage::options, [&] { return std::make_unique<albert::Trainer>(task.start.model, task.data, flags.training); });
  if (task.evaluator) trainer->set_evaluator(task.evaluator);
  trainer->set_folder_writer([&tokenizer](const std::string& folder) { (void)tokenizer.save_pretrained(folder); });
  trainer->set_description(
      {.title = "ALBERT for " + settings.task,
       .task = pipeline_tag(settings.task),
       .base_model = settings.config ? "" : settings.model.model.value_or(albert::embedded_model()),
       .train_data = fmt::format("{}", fmt::join(settings.train.files, ", ")),
       .dev_data = fmt::format("{}", fmt::join(settings.dev.files, ", ")),
       .facts = {{"examples", std::to_string(task.data->size(0))}, {"parameters", std::to_string(task.start.model.parameters().count())}}});
  albert::TrainingResult result;
  run_training(*trainer, flags, &result);
  Json summary = figures_json(result.best);
  if (result.best_step) summary.set("best_step", *result.best_step);
  summary.set("steps", result.steps);
  summary.set("train_loss", result.train_loss);
  summary.set("seed", seed);
  return summary;
}

}  // namespace

int train(const Arguments& arguments) {
  TrainCommand command;
  command.flags.training.learning_rate = std::numeric_limits<double>::quiet_NaN();  // by the model's size
  command.flags.training.optimizer = albert::AdamWOptions{.weight_decay = 0.01};
  command.flags.training.warmup_ratio = 0.1;
  Options options("train", "Trains a model for a task on labelled data.", "TASK");
  declare(options, command);
  if (!options.parse(arguments)) return 0;
  check(command);

  const auto device = command.task.model.make_device();
  const std::shared_ptr<const albert::Tokenizer> tokenizer =
      load_tokenizer(command.task.tokenizer ? command.task.tokenizer : command.task.model.model, {});
  const auto make = make_train_task(command.task, tokenizer, device);
  Json summary;
  if (command.seeds.empty()) {
    summary = run_seed(command, make, command.flags.training.seed, *command.flags.output, *tokenizer);
  } else {
    Json::Array runs;
    for (const std::uint64_t seed : command.seeds) {
      log(Level::info, fmt::format("seed {}", seed));
      runs.push_back(run_seed(command, make, seed, fmt::format("{}/seed-{}", *command.flags.output, seed), *tokenizer));
    }
    summary = seed_summary(runs);
    in_stage(Stage::write, [&] { write_seed_report(*command.flags.output, "ALBERT for " + command.task.task, summary); });
  }
  Output output;
  output.write(command.json ? json_line(summary) : summary_table(summary, Style(output.is_terminal())));
  output.commit();
  return static_cast<int>(Exit::done);
}

}  // namespace cli
