#include "train/run/training_options.h"

#include <cmath>

#include "base/check.h"

namespace albert {
namespace {

Json to_json(const OptimizerOptions& options) {
  if (const auto* adamw = std::get_if<AdamWOptions>(&options))
    return Json::Object{{"name", "adamw"},
                        {"beta1", adamw->beta1},
                        {"beta2", adamw->beta2},
                        {"epsilon", adamw->epsilon},
                        {"weight_decay", adamw->weight_decay},
                        {"bias_correction", adamw->bias_correction}};
  if (const auto* lamb = std::get_if<LambOptions>(&options))
    return Json::Object{
        {"name", "lamb"}, {"beta1", lamb->beta1}, {"beta2", lamb->beta2}, {"epsilon", lamb->epsilon}, {"weight_decay", lamb->weight_decay}};
  if (const auto* adafactor = std::get_if<AdafactorOptions>(&options))
    return Json::Object{{"name", "adafactor"},
                        {"epsilon1", adafactor->epsilon1},
                        {"epsilon2", adafactor->epsilon2},
                        {"clip_threshold", adafactor->clip_threshold},
                        {"decay_rate", adafactor->decay_rate},
                        {"beta1", adafactor->beta1 ? Json(*adafactor->beta1) : Json()},
                        {"weight_decay", adafactor->weight_decay},
                        {"scale_parameter", adafactor->scale_parameter},
                        {"relative_step", adafactor->relative_step},
                        {"warmup_init", adafactor->warmup_init}};
  const auto& sgd = std::get<SgdOptions>(options);
  return Json::Object{{"name", "sgd"},
                      {"momentum", sgd.momentum},
                      {"dampening", sgd.dampening},
                      {"weight_decay", sgd.weight_decay},
                      {"nesterov", sgd.nesterov}};
}

void check_count(const char* name, std::int64_t value, std::int64_t least) {
  require(value >= least, ErrorCode::value, "{}: expected a whole number from {} up, got {}", name, least, value);
}

}  // namespace

void check_training_options(const TrainingOptions& options) {
  require(std::isfinite(options.epochs) && (options.epochs > 0 || options.steps > 0) && options.epochs < 1e9, ErrorCode::value,
          "epochs: expected a number above 0, got {}", options.epochs);
  check_count("steps", options.steps, 0);
  check_count("batch_size", options.batch_size, 1);
  check_count("batch_tokens", options.batch_tokens, 0);
  check_count("gradient_accumulation_steps", options.gradient_accumulation_steps, 1);
  check_count("warmup_steps", options.warmup_steps, 0);
  check_count("logging_steps", options.logging_steps, 1);
  check_count("evaluation_steps", options.evaluation_steps, 0);
  check_count("save_steps", options.save_steps, 0);
  check_count("save_total_limit", options.save_total_limit, 1);
  check_count("early_stopping_patience", options.early_stopping_patience, 0);
  check_count("most_rollbacks", options.most_rollbacks, 0);
  require(options.warmup_ratio >= 0 && options.warmup_ratio <= 1, ErrorCode::value, "warmup_ratio: expected 0 to 1, got {}",
          options.warmup_ratio);
  require(std::isfinite(options.max_grad_norm) && options.max_grad_norm >= 0, ErrorCode::value,
          "max_grad_norm: expected 0 (no clipping) or more, got {}", options.max_grad_norm);
  require(options.ema_decay >= 0 && options.ema_decay < 1, ErrorCode::value, "ema_decay: expected a number from 0 up, below 1, got {}",
          options.ema_decay);
}

Json to_json(const TrainingOptions& options) {
  return Json::Object{{"epochs", options.epochs},
                      {"steps", options.steps},
                      {"batch_size", options.batch_size},
                      {"batch_tokens", options.batch_tokens},
                      {"gradient_accumulation_steps", options.gradient_accumulation_steps},
                      {"optimizer", to_json(options.optimizer)},
                      {"learning_rate", options.learning_rate},
                      {"schedule", to_string(options.schedule)},
                      {"warmup_steps", options.warmup_steps},
                      {"warmup_ratio", options.warmup_ratio},
                      {"max_grad_norm", options.max_grad_norm},
                      {"ema_decay", options.ema_decay},
                      {"seed", options.seed},
                      {"packed", options.packed},
                      {"frozen", Json::Array(options.frozen.begin(), options.frozen.end())},
                      {"logging_steps", options.logging_steps},
                      {"evaluation_steps", options.evaluation_steps},
                      {"save_steps", options.save_steps},
                      {"early_stopping_patience", options.early_stopping_patience}};
}

void check_same_options(const Json& saved, const Json& now, const std::string& path) {
  for (const auto& [name, value] : now.as_object()) {
    const Json* before = saved.find(name);
    require(before != nullptr && *before == value, ErrorCode::value,
            "{}: the run was started with {} = {}, not {}: resume it with the same options", path, name,
            before != nullptr ? dump_json(*before) : "nothing", dump_json(value));
  }
}

}  // namespace albert
