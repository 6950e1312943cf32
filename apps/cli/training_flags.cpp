#include "training_flags.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>

#include "failure.h"
#include "interrupt.h"
#include "log.h"
#include "output.h"
#include "terminal.h"

namespace cli {
namespace {

using albert::TrainingEvent;

double parse_number(const std::string& text, double least, double most) {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    used = std::string::npos;
  }
  if (used != text.size() || !(value >= least && value <= most))
    throw Failure(Exit::usage, fmt::format("expected a number from {:g} to {:g}, got '{}'", least, most, text));
  return value;
}

albert::ScheduleType schedule_of(std::string name) {
  for (char& c : name)
    if (c == '-') c = '_';
  return albert::schedule_type_from_string(name);
}

std::string figures_text(const albert::Figures& figures) {
  std::string text;
  for (const auto& [name, value] : figures) text += fmt::format("{}{} {:.4f}", text.empty() ? "" : ", ", name, value);
  return text;
}

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

void number_option(Options& options, const std::string& name, std::optional<double>& target, const std::string& metavar,
                   const std::string& help, double least, double most) {
  options.value(name, [&target, least, most](const std::string& text) { target = parse_number(text, least, most); }, metavar, help);
}

void number_option(Options& options, const std::string& name, double& target, const std::string& metavar, const std::string& help,
                   double least, double most) {
  options.value(name, [&target, least, most](const std::string& text) { target = parse_number(text, least, most); }, metavar, help);
}

void TrainingFlags::declare(Options& options) {
  constexpr double kMost = 1e9;
  options.text("--output", output, "DIR", "the folder of the run").says_what_is_written();
  options.flag("--resume", resume, "go on with the run in that folder");
  number_option(options, "--epochs", training.epochs, "N", "passes over the data", 0, kMost);
  options.integer("--steps", training.steps, "N", "updates, instead of epochs");
  options.integer("--batch-size", training.batch_size, "N", "examples an update", 1);
  number_option(options, "--learning-rate", training.learning_rate, "R", "the highest rate", 0, 1e3);
  options.heading("training");
  options.flag("--force", force, "remove the run in that folder first").says_what_is_written();
  options.integer("--batch-tokens", training.batch_tokens, "N", "tokens of a batch at most, instead of --batch-size", 1);
  options.integer("--gradient-accumulation-steps", training.gradient_accumulation_steps, "N", "batches an update", 1);
  options.text("--optimizer", optimizer_, "adamw|lamb|adafactor|sgd", "how gradients become steps");
  options.value(
      "--lr-scheduler-type", [this](const std::string& text) { training.schedule = schedule_of(text); },
      "linear|cosine|cosine-with-restarts|polynomial|constant|constant-with-warmup|inverse-sqrt|google-polynomial", "how the rate falls");
  options.integer("--warmup-steps", training.warmup_steps, "N", "updates until the rate is at its highest");
  number_option(options, "--warmup-ratio", training.warmup_ratio, "R", "the same, as a part of all updates", 0, 1);
  number_option(options, "--weight-decay", weight_decay_, "R", "of all weights but biases and LayerNorms", 0, 1e3);
  number_option(options, "--adam-beta1", beta1_, "R", "decay of the first moment", 0, 1);
  number_option(options, "--adam-beta2", beta2_, "R", "decay of the second moment", 0, 1);
  number_option(options, "--adam-epsilon", epsilon_, "R", "added to the root of the second moment", 0, 1);
  number_option(options, "--momentum", momentum_, "R", "of sgd", 0, 1);
  number_option(options, "--max-grad-norm", training.max_grad_norm, "R", "gradients are scaled down to this norm; 0: never", 0, kMost);
  number_option(options, "--ema-decay", training.ema_decay, "R", "evaluate and save an average of the weights", 0, 1);
  options.value(
      "--seed", [this](const std::string& text) { training.seed = static_cast<std::uint64_t>(parse_integer(text, "the seed")); }, "N",
      "of order, masking and dropout");
  options.heading("evaluation");
  options.integer("--logging-steps", training.logging_steps, "N", "updates between entries of the log", 1);
  options.integer("--eval-steps", training.evaluation_steps, "N", "updates between evaluations; an epoch when not given", 1);
  options.integer("--save-steps", training.save_steps, "N", "updates between checkpoints; with every evaluation when not given", 1);
  options.integer("--save-total-limit", training.save_total_limit, "N", "checkpoints that are kept", 1);
  options.integer("--early-stopping-patience", training.early_stopping_patience, "N", "evaluations without improvement until the end", 1);
  options.exclusive({"--resume", "--force"});
}

void TrainingFlags::finish() {
  if (!output) throw Failure(Exit::usage, "--output is missing: the folder of the run");
  std::error_code none;
  if (!resume && !force && std::filesystem::exists(*output, none) && !std::filesystem::is_empty(*output, none))
    throw Failure(Exit::usage, *output + " is not empty: --resume goes on with the run in it, --force removes it");
  const std::string name = optimizer_.value_or("");
  const auto moments = [&](auto options) {
    options.beta1 = beta1_.value_or(options.beta1);
    options.beta2 = beta2_.value_or(options.beta2);
    options.epsilon = epsilon_.value_or(options.epsilon);
    options.weight_decay = weight_decay_.value_or(options.weight_decay);
    return options;
  };
  if (name == "adamw") training.optimizer = albert::AdamWOptions{};
  if (name == "lamb") training.optimizer = albert::LambOptions{};
  // A rate is given, so it is used, as the reference's trainer does.
  if (name == "adafactor") training.optimizer = albert::AdafactorOptions{.scale_parameter = false, .relative_step = false};
  if (name == "sgd") training.optimizer = albert::SgdOptions{};
  if (auto* adamw = std::get_if<albert::AdamWOptions>(&training.optimizer)) {
    *adamw = moments(*adamw);
  } else if (auto* lamb = std::get_if<albert::LambOptions>(&training.optimizer)) {
    *lamb = moments(*lamb);
  } else if (auto* adafactor = std::get_if<albert::AdafactorOptions>(&training.optimizer)) {
    adafactor->weight_decay = weight_decay_.value_or(adafactor->weight_decay);
  } else if (auto* sgd = std::get_if<albert::SgdOptions>(&training.optimizer)) {
    sgd->momentum = momentum_.value_or(sgd->momentum);
    sgd->weight_decay = weight_decay_.value_or(sgd->weight_decay);
  }
}

int run_training(albert::Trainer& trainer, const TrainingFlags& flags, albert::TrainingResult* outcome) {
  const DeferInterrupts one_ends_at_a_checkpoint;
  Progress progress("tokens");
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::int64_t tokens = 0, first_step = -1;
  const auto say = [&](Level level, const std::string& text) {
    const auto hidden = progress.hide();
    log(level, text);
  };
  trainer.set_observer([&](const TrainingEvent& event) {
    switch (event.kind) {
      case TrainingEvent::Kind::step: {
        if (first_step < 0) first_step = event.step - 1;
        tokens += event.tokens;
        const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
        const double left = seconds / static_cast<double>(event.step - first_step) * static_cast<double>(event.total_steps - event.step);
        progress.update(tokens, static_cast<double>(event.step - first_step) / static_cast<double>(event.total_steps - first_step));
        progress.note(fmt::format("update {} of {}, loss {:.4f}", event.step, event.total_steps, event.loss));
        if (event.step % flags.training.logging_steps == 0)
          say(Level::info, fmt::format("update {} of {}: loss {:.4f}, rate {:.3g}, {:.0f} tokens/s, {} left", event.step, event.total_steps,
                                       event.loss, event.learning_rate, static_cast<double>(tokens) / seconds, duration(left)));
        break;
      }
      case TrainingEvent::Kind::evaluation:
        if (!event.figures.empty())
          say(Level::info, fmt::format("update {}, epoch {:.2f}: {}", event.step, event.epoch, figures_text(event.figures)));
        break;
      case TrainingEvent::Kind::rollback:
        say(Level::warning, event.text);
        break;
      case TrainingEvent::Kind::early_stop:
        say(Level::info, fmt::format("update {}: no improvement in {} evaluations", event.step, flags.training.early_stopping_patience));
        break;
      case TrainingEvent::Kind::checkpoint:
        break;
    }
    return interrupt_pending();
  });
  const auto result = in_stage(Stage::write, [&] { return trainer.run(*flags.output, {.resume = flags.resume, .force = flags.force}); });
  if (outcome != nullptr) *outcome = result;
  if (result.divergence)
    throw Failure(Exit::failed,
                  fmt::format("the run diverges, also at a rate {} times as small ({}): try a smaller --learning-rate or a longer warm-up",
                              std::int64_t{1} << result.rollbacks, *result.divergence));
  if (result.interrupted) throw Failure(Exit::interrupted, fmt::format("interrupted after update {}: --resume goes on", result.steps));
  log(Level::info,
      fmt::format(
          "{} updates, mean loss {:.4f}{}; the model is in {}/{}", result.steps, result.train_loss,
          result.best.empty() ? "" : fmt::format("; best at update {}: {}", result.best_step.value_or(0), figures_text(result.best)),
          *flags.output, result.best.empty() ? "last" : "best"));
  return 0;
}

}  // namespace cli
