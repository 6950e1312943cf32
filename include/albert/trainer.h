// The training loop: batches, gradients, updates, evaluation, checkpoints.
//
// A run is a function of its options, its data and its start: data order, masking and dropout depend
// on the seed alone, whatever the number of threads, and a run that was stopped goes on bit for bit.
//
//   albert::Trainer trainer(model, data, options);
//   trainer.run("run-folder");
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "albert/export.h"
#include "albert/json.h"
#include "albert/model.h"
#include "albert/optimizer.h"
#include "albert/safetensors.h"
#include "albert/schedule.h"

namespace ALBERT_API albert {

/// A loss that is computed outside the model.
struct OutsideLoss {
  double value = 0;
  TensorList cotangents{};  ///< its derivatives with respect to fields of the output, by their names
};

/// Examples as the trainer asks for them. Everything is a function of the arguments, so that a run can be resumed.
class TrainingData {
 public:
  virtual ~TrainingData();
  /// Examples of an epoch, at least one.
  [[nodiscard]] virtual std::int64_t size(std::int64_t epoch) = 0;
  /// Tokens of an example without padding.
  [[nodiscard]] virtual std::int64_t length(std::int64_t epoch, std::int64_t index) = 0;
  /// Whether index 0, 1, 2 ... is a random order already; otherwise the trainer shuffles.
  [[nodiscard]] virtual bool shuffled() const { return false; }
  /// Inputs padded to one length, with labels unless loss() is given.
  [[nodiscard]] virtual ModelInputs batch(std::int64_t epoch, std::span<const std::int64_t> indices) = 0;
  /// The loss of such a batch from what the model made of it; null: the model's own.
  [[nodiscard]] virtual std::optional<OutsideLoss> loss(std::int64_t epoch, std::span<const std::int64_t> indices,
                                                        const ModelOutput& output);
};

/// Named figures of a model on held-out data, the one that counts first.
using Figures = std::vector<std::pair<std::string, double>>;

/// What an evaluation saw, for the report.
struct EvaluationDetails {
  std::vector<std::string> labels{};
  std::vector<std::vector<std::int64_t>> confusion{};  ///< [label][predicted]; empty: there are no classes
  struct Mistake {
    std::string text{}, expected{}, predicted{};
    double score = 0;  ///< how sure the model was
  };
  std::vector<Mistake> mistakes{};  ///< the worst first
};

class Evaluator {
 public:
  virtual ~Evaluator();
  [[nodiscard]] virtual Figures evaluate(const AlbertPreTrainedModel& model) = 0;
  /// Whether a larger first figure is better.
  [[nodiscard]] virtual bool greater_is_better() const = 0;
  /// Of the last evaluation.
  [[nodiscard]] virtual EvaluationDetails details() const;
};

/// What the model card (README.md) and the report say of a run besides its figures.
struct RunDescription {
  std::string title = "ALBERT";
  std::string task{};        ///< "text-classification"
  std::string base_model{};  ///< what it started from
  std::string train_data{}, dev_data{};
  std::vector<std::pair<std::string, std::string>> facts{};  ///< further lines: name and value
};

struct TrainingOptions {
  double epochs = 3.0;
  std::int64_t steps = 0;  ///< updates; 0: as many as `epochs` has
  std::int64_t batch_size = 16;
  /// Tokens of a batch at most (but at least one example), instead of batch_size; 0: batch_size counts.
  std::int64_t batch_tokens = 0;
  std::int64_t gradient_accumulation_steps = 1;  ///< batches an update

  OptimizerOptions optimizer = AdamWOptions{};
  double learning_rate = 5e-5;
  ScheduleType schedule = ScheduleType::linear;
  std::int64_t warmup_steps = 0;
  double warmup_ratio = 0.0;   ///< of all steps, when warmup_steps is 0
  double max_grad_norm = 1.0;  ///< 0: no clipping
  double ema_decay = 0.0;      ///< 0: none; else the averaged parameters are evaluated and saved

  std::uint64_t seed = 42;
  bool packed = true;                 ///< padding takes no part
  std::vector<std::string> frozen{};  ///< parameters whose names begin so stay as they are ("albert.")

  std::int64_t logging_steps = 50;
  std::int64_t evaluation_steps = 0;  ///< 0: at the end of every epoch
  std::int64_t save_steps = 0;        ///< checkpoints; 0: with every evaluation
  std::int64_t save_total_limit = 2;
  std::int64_t early_stopping_patience = 0;  ///< evaluations without improvement; 0: never stop early
  /// How often a run that diverges may go back to its last checkpoint and on at half the rate.
  std::int64_t most_rollbacks = 5;
};

/// What a run tells while it goes.
struct TrainingEvent {
  enum class Kind { step, evaluation, checkpoint, rollback, early_stop } kind = Kind::step;
  std::int64_t step = 0, total_steps = 0;
  double epoch = 0;
  double loss = 0, learning_rate = 0, gradient_norm = 0;  ///< of a step; the loss is that of this update
  std::int64_t tokens = 0;                                ///< of this update
  Figures figures{};
  std::string text{};  ///< of a rollback: why
};

/// What became of a run.
struct TrainingResult {
  std::int64_t steps = 0;
  double train_loss = 0;  ///< mean over the updates
  bool interrupted = false, stopped_early = false;
  std::optional<std::string> divergence{};  ///< why the run was given up: it diverged also after the last rollback
  std::int64_t rollbacks = 0;
  std::optional<std::int64_t> best_step{};
  Figures best{}, last{};
};

class Trainer {
 public:
  /// `model` gives configuration, class and start; it is not changed. Error{value} for options out of range.
  Trainer(const AlbertPreTrainedModel& model, std::shared_ptr<TrainingData> data, const TrainingOptions& options);
  ~Trainer();
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;

  void set_evaluator(std::shared_ptr<Evaluator> evaluator);
  /// Called for everything that happens; return true to stop: a checkpoint is written and run() returns.
  void set_observer(std::function<bool(const TrainingEvent&)> observer);
  void set_description(RunDescription description);
  /// Writes what a model folder needs besides configuration and weights (the tokenizer) into `folder`.
  void set_folder_writer(std::function<void(const std::string& folder)> writer);

  /// Trains into the folder `output`: checkpoints/step-N, last, best, metrics.jsonl, metrics.csv, trainer_state.json,
  /// report.html, README.md (a model card) and TensorBoard events. Error{value} when it is not empty and neither `resume` nor `force` is
  /// set or, with `resume`, holds a run of other options; Error{io}.
  struct RunOptions {
    bool resume = false;
    bool force = false;  ///< what an earlier run wrote there is removed
  };
  TrainingResult run(const std::string& output, const RunOptions& options);
  TrainingResult run(const std::string& output) { return run(output, RunOptions{}); }

  [[nodiscard]] std::int64_t total_steps() const noexcept;
  /// The parameters as they are now.
  [[nodiscard]] Parameters parameters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ALBERT_API albert
