// Notices that a run diverges: ALBERT's fine-tuning and pre-training are known to, at rates that are
// harmless for other models, because one set of weights is used in every layer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace albert {

class DivergenceDetector {
 public:
  /// Takes the figures of an update; says what is wrong, if anything: a loss or gradient that is no number, or a mean loss
  /// (of the last 32 updates) that has lost three quarters of what the run had gained.
  std::optional<std::string> add(double loss, double gradient_norm);

  /// All that it knows, for a checkpoint.
  [[nodiscard]] std::vector<double> state() const;
  void load(const std::vector<double>& state);

 private:
  std::vector<double> recent_;  ///< the last losses, oldest first
  double first_ = 0;            ///< mean of the first of them
  double lowest_ = 0;           ///< least mean so far
  bool known_ = false;          ///< whether these two are
};

}  // namespace albert
