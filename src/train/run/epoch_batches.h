// Which examples go into which update.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "albert/trainer.h"

namespace albert {

/// The batches of one epoch: its examples in a random order (of the seed and the epoch), cut by count or by tokens.
class EpochBatches {
 public:
  EpochBatches(TrainingData& data, const TrainingOptions& options, std::int64_t epoch);
  [[nodiscard]] std::int64_t batches() const noexcept { return static_cast<std::int64_t>(starts_.size()) - 1; }
  [[nodiscard]] std::span<const std::int64_t> batch(std::int64_t index) const;
  /// Updates, of gradient_accumulation_steps batches each; the last may have fewer.
  [[nodiscard]] std::int64_t updates() const noexcept { return (batches() + accumulation_ - 1) / accumulation_; }

 private:
  std::int64_t accumulation_;
  std::vector<std::int64_t> order_, starts_;
};

}  // namespace albert
