// The options that `albert train` and `albert pretrain` share: how a run learns, and what it shows meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "albert/trainer.h"
#include "common.h"
#include "options.h"

namespace cli {

struct TrainingFlags {
  albert::TrainingOptions training;
  std::optional<std::string> output;
  bool resume = false, force = false;

  void declare(Options& options);
  /// Puts together what depends on several options. Failure{usage}.
  void finish();

 private:
  std::optional<std::string> optimizer_, schedule_;
  std::optional<double> weight_decay_, beta1_, beta2_, epsilon_, momentum_;
};

/// Declares a number of that range. Failure{usage} for anything else.
void number_option(Options& options, const std::string& name, std::optional<double>& target, const std::string& metavar,
                   const std::string& help, double least, double most);
void number_option(Options& options, const std::string& name, double& target, const std::string& metavar, const std::string& help,
                   double least, double most);

/// Runs a trainer: a bar on a terminal, notes of evaluations, a checkpoint at Ctrl-C. Gives the exit code, and in `outcome` the rest.
int run_training(albert::Trainer& trainer, const TrainingFlags& flags, albert::TrainingResult* outcome = nullptr);

}  // namespace cli
