#include "albert/trainer.h"

#include <algorithm>
#include <cmath>

#include "albert/gradients.h"
#include "base/check.h"
#include "base/file.h"
#include "base/random.h"
#include "model/parameters.h"
#include "train/run/divergence.h"
#include "train/run/epoch_batches.h"
#include "train/run/report.h"
#include "train/run/run_folder.h"
#include "train/run/run_log.h"
#include "train/run/training_options.h"

namespace albert {

namespace {

constexpr std::uint64_t kDropoutStream = 0x64726F7000000000;
constexpr const char* kOptimizerFile = "optimizer.safetensors";
constexpr const char* kStateFile = "trainer_state.json";
constexpr const char* kAveragePrefix = "average.";

/// A seed of its own for the dropout of every batch.
std::uint64_t dropout_seed(std::uint64_t seed, std::int64_t batch) {
  const auto words = philox(seed, kDropoutStream, static_cast<std::uint64_t>(batch));
  return std::uint64_t{words[0]} << 32 | words[1];
}

Json to_json(const Figures& figures) {
  Json::Object object;
  for (const auto& [name, value] : figures) object.emplace_back(name, value);
  return object;
}

Figures figures_from(const Json& json) {
  Figures figures;
  for (const auto& [name, value] : json.as_object()) figures.emplace_back(name, value.as_double());
  return figures;
}

const Json& member(const Json& json, std::string_view name, const std::string& path) {
  const Json* found = json.find(name);
  require(found != nullptr, ErrorCode::bad_data, "{}: no '{}': is this the checkpoint of another program?", path, name);
  return *found;
}

}  // namespace

struct Trainer::Impl {
  /// Where a run stands, besides parameters and optimizer: what trainer_state.json holds.
  struct State {
    std::int64_t step = 0;    ///< updates made
    std::int64_t epoch = 0;   ///< of the next update
    std::int64_t update = 0;  ///< number of the next update within its epoch
    double rate_scale = 1;    ///< halved by every rollback
    std::int64_t rollbacks = 0;
    double loss_sum = 0;
    double logged_loss = 0;  ///< since the last entry of the log
    std::int64_t logged_updates = 0;
    std::optional<std::int64_t> best_step;
    Figures best, last;
    std::int64_t evaluations_without_improvement = 0;
    bool stopped_early = false;
    DivergenceDetector divergence;
  };

  Impl(const AlbertPreTrainedModel& start, std::shared_ptr<TrainingData> examples, const TrainingOptions& settings)
      : model(start), data(std::move(examples)), options(settings) {
    check_training_options(options);
    require(data != nullptr, ErrorCode::value, "there is no data to train on");
    plan();
    schedule = {.type = options.schedule,
                .learning_rate = options.learning_rate,
                .warmup_steps = options.warmup_steps > 0
                                    ? options.warmup_steps
                                    : static_cast<std::int64_t>(std::ceil(options.warmup_ratio * static_cast<double>(total_steps))),
                .total_steps = total_steps};
    schedule.check();
    start_over();
  }

  /// Counts the updates.
  void plan() {
    if (options.steps > 0) {
      total_steps = options.steps;
      return;
    }
    const auto whole = static_cast<std::int64_t>(options.epochs);
    for (std::int64_t epoch = 0; epoch < whole; ++epoch) total_steps += EpochBatches(*data, options, epoch).updates();
    if (const double rest = options.epochs - static_cast<double>(whole); rest > 0)
      total_steps += static_cast<std::int64_t>(std::ceil(rest * static_cast<double>(EpochBatches(*data, options, whole).updates())));
    require(total_steps > 0, ErrorCode::value, "epochs: {} epochs have no update", options.epochs);
  }

  /// The start again: own copies of the model's parameters, a new optimizer.
  void start_over() {
    take_parameters([&](const std::string&, const Tensor& value) { return value.clone(); }, model.parameters());
    optimizer = make_optimizer(options.optimizer, model.device()->options().threads);
    average.reset();
    if (options.ema_decay > 0) average.emplace(trained, options.ema_decay);
    state = State{};
  }

  template <class Value>
  void take_parameters(const Value& value_of, const Parameters& from) {
    const auto& table = from.impl().table;
    std::vector<Tensor> tensors(table.size());
    trained.clear();
    for (std::size_t row = 0; row < table.size(); ++row) {
      if (!table[row].tied_to.empty()) continue;
      tensors[row] = value_of(table[row].name, from.impl().tensors[row]);
      trained.push_back({table[row].name, tensors[row], Tensor(), table[row].weight_decay});
    }
    for (std::size_t row = 0; row < table.size(); ++row)
      if (!table[row].tied_to.empty()) tensors[row] = tensors[static_cast<std::size_t>(from.impl().find(table[row].tied_to))];
    parameters = bind_parameters(table, std::move(tensors));
  }

  /// The same tensors with other values: whatever a device has made of the old ones no longer holds.
  void refresh() { parameters = bind_parameters(parameters.impl().table, parameters.impl().tensors); }

  [[nodiscard]] AlbertPreTrainedModel model_with(const Parameters& values) const {
    AlbertPreTrainedModel now(model.model_class(), model.config(), values, {.device = model.device(), .flavor = model.flavor()});
    now.eval();
    return now;
  }

  /// What is evaluated and saved: the parameters, or their average.
  [[nodiscard]] AlbertPreTrainedModel result() const { return model_with(average ? parameters.with(average->values()) : parameters); }

  struct Update {
    double loss = 0, gradient_norm = 0, learning_rate = 0;
    std::int64_t tokens = 0;
  };

  [[nodiscard]] bool is_frozen(const std::string& name) const {
    return std::any_of(options.frozen.begin(), options.frozen.end(),
                       [&](const std::string& beginning) { return name.starts_with(beginning); });
  }

  /// Adds loss and gradients of one batch, which has that share of its update.
  void add_gradients(const Recording& recording, const std::optional<OutsideLoss>& outside, float share, Update& result) {
    Cotangents cotangents;
    if (outside) {
      result.loss += outside->value * static_cast<double>(share);
      for (const auto& [name, tensor] : outside->cotangents) {
        Tensor scaled = tensor.clone();
        for (float& one : scaled.mutable_values<float>()) one *= share;
        cotangents.emplace_back(name, std::move(scaled));
      }
    } else {
      const Tensor& loss = recording.output().at("loss");
      const std::vector<float> weights(static_cast<std::size_t>(loss.size()), share / static_cast<float>(loss.size()));
      for (const float one : loss.values<float>()) result.loss += static_cast<double>(one) * static_cast<double>(weights.front());
      cotangents.emplace_back("loss", Tensor::from<float>(loss.shape(), weights));
    }
    recording.backward(gradients, cotangents);
  }

  /// Gradients of the batches of one update, and the step of the optimizer unless something is no number.
  Update update(const EpochBatches& batches) {
    Update result;
    const std::int64_t first = state.update * options.gradient_accumulation_steps;
    const std::int64_t last = std::min(batches.batches(), first + options.gradient_accumulation_steps);
    gradients.clear();
    for (std::int64_t index = first; index < last; ++index) {
      const auto indices = batches.batch(index);
      for (const std::int64_t one : indices) result.tokens += data->length(state.epoch, one);
      const ModelInputs inputs = data->batch(state.epoch, indices);
      RecordOptions record;
      record.forward = {.padding = options.packed ? Padding::packed : Padding::exact,
                        .train = true,
                        .dropout_seed = dropout_seed(options.seed, state.step * options.gradient_accumulation_steps + (index - first))};
      const Recording recording = model.record(parameters, inputs, record);
      add_gradients(recording, data->loss(state.epoch, indices, recording.output()), 1.0F / static_cast<float>(last - first), result);
    }
    for (auto& parameter : trained)
      parameter.gradient = gradients.contains(parameter.name) && !is_frozen(parameter.name) ? gradients.at(parameter.name) : Tensor();
    result.gradient_norm = options.max_grad_norm > 0 ? clip_gradient_norm(trained, options.max_grad_norm) : gradient_norm(trained);
    result.learning_rate = schedule(state.step) * state.rate_scale;
    if (!std::isfinite(result.loss) || !std::isfinite(result.gradient_norm)) return result;
    optimizer->step(trained, result.learning_rate);
    if (average) average->update(trained);
    refresh();
    return result;
  }

  // --- checkpoints ---

  [[nodiscard]] Json state_json() const {
    Json::Array divergence;
    for (const double one : state.divergence.state()) divergence.emplace_back(one);
    return Json::Object{{"global_step", state.step},
                        {"max_steps", total_steps},
                        {"epoch", state.epoch},
                        {"update_in_epoch", state.update},
                        {"learning_rate_scale", state.rate_scale},
                        {"rollbacks", state.rollbacks},
                        {"loss_sum", state.loss_sum},
                        {"logged_loss", state.logged_loss},
                        {"logged_updates", state.logged_updates},
                        {"best_step", state.best_step ? Json(*state.best_step) : Json()},
                        {"best", to_json(state.best)},
                        {"last", to_json(state.last)},
                        {"evaluations_without_improvement", state.evaluations_without_improvement},
                        {"stopped_early", state.stopped_early},
                        {"divergence", std::move(divergence)},
                        {"options", to_json(options)}};
  }

  void load_state(const std::string& path) {
    const Json json = parse_json(MappedFile::open(path)->text());
    const auto integer = [&](std::string_view name) { return member(json, name, path).as_int(); };
    check_same_options(member(json, "options", path), to_json(options), path);
    require(integer("max_steps") == total_steps, ErrorCode::value, "{}: the run has {} updates, not {}: the data or its options differ",
            path, integer("max_steps"), total_steps);
    state.step = integer("global_step");
    state.epoch = integer("epoch");
    state.update = integer("update_in_epoch");
    state.rate_scale = member(json, "learning_rate_scale", path).as_double();
    state.rollbacks = integer("rollbacks");
    state.loss_sum = member(json, "loss_sum", path).as_double();
    state.logged_loss = member(json, "logged_loss", path).as_double();
    state.logged_updates = integer("logged_updates");
    const Json& best = member(json, "best_step", path);
    state.best_step = best.is_null() ? std::nullopt : std::optional(best.as_int());
    state.best = figures_from(member(json, "best", path));
    state.last = figures_from(member(json, "last", path));
    state.evaluations_without_improvement = integer("evaluations_without_improvement");
    state.stopped_early = member(json, "stopped_early", path).as_bool();
    std::vector<double> divergence;
    for (const auto& one : member(json, "divergence", path).as_array()) divergence.push_back(one.as_double());
    state.divergence.load(divergence);
  }

  void write_model(const AlbertPreTrainedModel& which, const std::string& folder) const {
    which.save_pretrained(folder);
    if (folder_writer) folder_writer(folder);
  }

  void save_checkpoint(const RunFolder& folder) const {
    folder.add_checkpoint(state.step, options.save_total_limit, [&](const std::string& path) {
      write_model(model_with(parameters), path);
      TensorList tensors = optimizer->state();
      if (average)
        for (const auto& [name, value] : average->values()) tensors.emplace_back(kAveragePrefix + name, value);
      save_safetensors(join_path(path, kOptimizerFile), tensors);
      write_file(join_path(path, kStateFile), dump_json(state_json(), {.indent = 2}) + "\n");
    });
    write_file(folder.path(kStateFile), dump_json(state_json(), {.indent = 2}) + "\n");
  }

  void load_checkpoint(const std::string& path) {
    const auto saved =
        AlbertPreTrainedModel::from_pretrained(model.model_class(), path, {.device = model.device(), .flavor = model.flavor()});
    for (const auto& one : trained) {
      const Tensor value = saved.parameters().at(one.name);
      require(value.shape() == one.value.shape(), ErrorCode::value, "{}: '{}' is {}, expected {}: the checkpoint of another configuration",
              path, one.name, to_string(value.shape()), to_string(one.value.shape()));
    }
    take_parameters([&](const std::string& name, const Tensor&) { return saved.parameters().at(name).to(DType::f32).clone(); },
                    model.parameters());
    load_state(join_path(path, kStateFile));
    TensorList moments, averages;
    for (auto& [name, tensor] : load_safetensors(join_path(path, kOptimizerFile))) {
      if (name.starts_with(kAveragePrefix)) {
        averages.emplace_back(name.substr(std::string_view(kAveragePrefix).size()), tensor);
      } else {
        moments.emplace_back(name, tensor);
      }
    }
    optimizer = make_optimizer(options.optimizer, model.device()->options().threads);
    optimizer->load_state(moments, state.step);
    if (options.ema_decay > 0) {
      average.emplace(trained, options.ema_decay);
      average->load(averages);
    }
  }

  /// The report and the model card, and the card of the best model.
  void write_report(const RunFolder& folder, const RunLog& log) const {
    const RunSummary summary{.description = description,
                             .options = to_json(options),
                             .entries = log.entries(),
                             .best = state.best,
                             .last = state.last,
                             .best_step = state.best_step,
                             .step = state.step,
                             .total_steps = total_steps,
                             .rollbacks = state.rollbacks,
                             .details = evaluator ? evaluator->details() : EvaluationDetails{}};
    write_file(folder.path("report.html"), report_page(summary));
    write_file(folder.path("README.md"), model_card(summary));
    if (is_directory(folder.path("best"))) write_file(folder.path("best/README.md"), model_card(summary));
  }

  // --- the run ---

  /// True when the observer wants to stop.
  bool tell(TrainingEvent event) const {
    event.step = state.step;
    event.total_steps = total_steps;
    return observer && observer(event);
  }

  bool is_better(const Figures& figures) const {
    if (figures.empty()) return true;
    if (!state.best_step || std::isnan(state.best.front().second)) return true;
    const double now = figures.front().second, best = state.best.front().second;
    return evaluator->greater_is_better() ? now > best : now < best;
  }

  bool evaluate(const RunFolder& folder, RunLog& log, double epoch) {
    TrainingEvent event{.kind = TrainingEvent::Kind::evaluation, .epoch = epoch};
    const auto now = result();
    if (evaluator) {
      event.figures = evaluator->evaluate(now);
      Json entry = Json::Object{{"step", state.step}, {"epoch", epoch}};
      for (const auto& [name, value] : event.figures) entry.set("eval_" + name, value);
      log.add(entry);
    }
    state.last = event.figures;
    if (is_better(event.figures)) {
      state.best = event.figures;
      state.best_step = state.step;
      state.evaluations_without_improvement = 0;
      folder.replace("best", [&](const std::string& path) { write_model(now, path); });
    } else {
      ++state.evaluations_without_improvement;
    }
    return tell(event);
  }

  void log_step(RunLog& log, const Update& update, double epoch) {
    state.logged_loss += update.loss;
    if (++state.logged_updates < options.logging_steps && state.step < total_steps) return;
    log.add(Json::Object{{"step", state.step},
                         {"epoch", epoch},
                         {"loss", state.logged_loss / static_cast<double>(state.logged_updates)},
                         {"learning_rate", update.learning_rate},
                         {"grad_norm", update.gradient_norm}});
    state.logged_loss = 0;
    state.logged_updates = 0;
  }

  /// Back to the newest checkpoint and on at half the rate; false when that was done often enough.
  bool roll_back(const RunFolder& folder, const std::string& why) {
    if (state.rollbacks >= options.most_rollbacks) return false;
    const std::int64_t rollbacks = state.rollbacks + 1, at = state.step;
    const double scale = state.rate_scale / 2;
    const auto newest = folder.newest_checkpoint();
    require(newest.has_value(), ErrorCode::internal, "no checkpoint to go back to");
    load_checkpoint(folder.checkpoint(*newest));
    state.rollbacks = rollbacks;
    state.rate_scale = scale;
    save_checkpoint(folder);
    tell({.kind = TrainingEvent::Kind::rollback,
          .learning_rate = schedule(state.step) * scale,
          .text = fmt::format("update {}: {}: back to update {}, on at half the rate", at + 1, why, state.step)});
    return true;
  }

  TrainingResult run(const std::string& output, const RunOptions& how) {
    using Opening = RunFolder::Opening;
    const RunFolder folder(output, how.resume ? Opening::resume : how.force ? Opening::force : Opening::fresh);
    start_over();
    if (const auto newest = folder.newest_checkpoint()) load_checkpoint(folder.checkpoint(*newest));
    RunLog log(folder.path(), state.step);
    if (!folder.newest_checkpoint()) save_checkpoint(folder);
    bool stop = false;
    std::optional<std::string> divergence;
    std::optional<EpochBatches> batches;
    std::int64_t batches_of = -1;
    while (!stop && state.step < total_steps && !state.stopped_early) {
      if (batches_of != state.epoch) {
        batches.emplace(*data, options, state.epoch);
        batches_of = state.epoch;
      }
      const Update done = update(*batches);
      if (const auto why = state.divergence.add(done.loss, done.gradient_norm)) {
        if (roll_back(folder, *why)) continue;
        divergence = fmt::format("update {}: {}", state.step + 1, *why);
        break;
      }
      ++state.step;
      ++state.update;
      state.loss_sum += done.loss;
      const double epoch = static_cast<double>(state.epoch) + static_cast<double>(state.update) / static_cast<double>(batches->updates());
      const bool end_of_epoch = state.update == batches->updates();
      if (end_of_epoch) {
        ++state.epoch;
        state.update = 0;
      }
      log_step(log, done, epoch);
      stop = tell({.epoch = epoch,
                   .loss = done.loss,
                   .learning_rate = done.learning_rate,
                   .gradient_norm = done.gradient_norm,
                   .tokens = done.tokens});
      const bool at_end = state.step == total_steps;
      const bool due = options.evaluation_steps > 0 ? state.step % options.evaluation_steps == 0 : end_of_epoch;
      if (due || at_end) {
        stop = evaluate(folder, log, epoch) || stop;
        state.stopped_early =
            options.early_stopping_patience > 0 && state.evaluations_without_improvement >= options.early_stopping_patience && !at_end;
        if (state.stopped_early) tell({.kind = TrainingEvent::Kind::early_stop, .epoch = epoch});
      }
      const bool save = options.save_steps > 0 ? state.step % options.save_steps == 0 : due;
      if (save || at_end || stop || state.stopped_early) {
        save_checkpoint(folder);
        log.write_csv();
        write_report(folder, log);
        stop = tell({.kind = TrainingEvent::Kind::checkpoint, .epoch = epoch}) || stop;
      }
    }
    write_file(folder.path(kStateFile), dump_json(state_json(), {.indent = 2}) + "\n");
    if (!divergence) folder.replace("last", [&](const std::string& path) { write_model(result(), path); });
    log.write_csv();
    write_report(folder, log);
    return {.steps = state.step,
            .train_loss = state.step > 0 ? state.loss_sum / static_cast<double>(state.step) : 0,
            .interrupted = stop && state.step < total_steps,
            .stopped_early = state.stopped_early,
            .divergence = divergence,
            .rollbacks = state.rollbacks,
            .best_step = state.best_step,
            .best = state.best,
            .last = state.last};
  }

  AlbertPreTrainedModel model;
  std::shared_ptr<TrainingData> data;
  TrainingOptions options;
  std::shared_ptr<Evaluator> evaluator;
  std::function<bool(const TrainingEvent&)> observer;
  std::function<void(const std::string&)> folder_writer;
  RunDescription description;

  std::int64_t total_steps = 0;
  Schedule schedule;
  Parameters parameters;
  std::vector<OptimizedParameter> trained;  ///< their values are the tensors of `parameters`
  Gradients gradients{model.parameters()};
  std::unique_ptr<Optimizer> optimizer;
  std::optional<ParameterAverage> average;
  State state;
};

Trainer::Trainer(const AlbertPreTrainedModel& model, std::shared_ptr<TrainingData> data, const TrainingOptions& options)
    : impl_(std::make_unique<Impl>(model, std::move(data), options)) {}
Trainer::~Trainer() = default;
void Trainer::set_evaluator(std::shared_ptr<Evaluator> evaluator) { impl_->evaluator = std::move(evaluator); }
void Trainer::set_observer(std::function<bool(const TrainingEvent&)> observer) { impl_->observer = std::move(observer); }
void Trainer::set_description(RunDescription description) { impl_->description = std::move(description); }
void Trainer::set_folder_writer(std::function<void(const std::string& folder)> writer) { impl_->folder_writer = std::move(writer); }
TrainingResult Trainer::run(const std::string& output, const RunOptions& options) { return impl_->run(output, options); }
std::int64_t Trainer::total_steps() const noexcept { return impl_->total_steps; }
Parameters Trainer::parameters() const { return impl_->parameters; }

}  // namespace albert
