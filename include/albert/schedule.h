// Learning-rate schedules: the rate as a function of the step.
//
// A schedule is a plain function: schedule(t) is the rate of update t, counted from 0.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "albert/export.h"

namespace ALBERT_API albert {

enum class ScheduleType {
  linear,
  cosine,
  cosine_with_restarts,
  polynomial,
  constant,
  constant_with_warmup,
  inverse_sqrt,
  google_polynomial,  ///< Google's ALBERT code: the decay counts from step 0, also through the warm-up
};
/// The reference's name, "cosine_with_restarts". Error{value} for another.
[[nodiscard]] ScheduleType schedule_type_from_string(std::string_view name);
[[nodiscard]] std::string_view to_string(ScheduleType type) noexcept;
[[nodiscard]] const std::vector<std::string_view>& schedule_types();

/// Source: transformers.optimization.get_scheduler and its lambdas; create_optimizer of Google's ALBERT.
struct Schedule {
  ScheduleType type = ScheduleType::linear;
  double learning_rate = 5e-5;
  std::int64_t warmup_steps = 0;
  std::int64_t total_steps = 0;        ///< not used by the constant schedules and inverse_sqrt
  std::optional<double> num_cycles{};  ///< cosine: waves, 0.5 by default; cosine_with_restarts: restarts, 1 by default
  double power = 1.0;                  ///< of the polynomials
  double end_learning_rate = 1e-7;     ///< polynomial; google_polynomial ends at 0
  std::int64_t timescale = 0;          ///< inverse_sqrt; 0: the warm-up's length, or 10,000 without one
  [[nodiscard]] double operator()(std::int64_t step) const;
  /// Error{value} for rates, powers and counts that no run can use.
  void check() const;
};

}  // namespace ALBERT_API albert
