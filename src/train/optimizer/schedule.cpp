#include "albert/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/check.h"

namespace albert {
namespace {

constexpr std::array kNames{std::pair{ScheduleType::linear, std::string_view("linear")},
                            std::pair{ScheduleType::cosine, std::string_view("cosine")},
                            std::pair{ScheduleType::cosine_with_restarts, std::string_view("cosine_with_restarts")},
                            std::pair{ScheduleType::polynomial, std::string_view("polynomial")},
                            std::pair{ScheduleType::constant, std::string_view("constant")},
                            std::pair{ScheduleType::constant_with_warmup, std::string_view("constant_with_warmup")},
                            std::pair{ScheduleType::inverse_sqrt, std::string_view("inverse_sqrt")},
                            std::pair{ScheduleType::google_polynomial, std::string_view("google_polynomial")}};

constexpr double kDefaultTimescale = 10'000;

/// Which part of the steps after the warm-up is done.
double progress_of(const Schedule& schedule, double step) {
  return (step - static_cast<double>(schedule.warmup_steps)) /
         std::max(1.0, static_cast<double>(schedule.total_steps) - static_cast<double>(schedule.warmup_steps));
}

double cosine(double angle) { return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * angle))); }

}  // namespace

const std::vector<std::string_view>& schedule_types() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    all.reserve(kNames.size());
    for (const auto& [type, name] : kNames) all.push_back(name);
    return all;
  }();
  return names;
}

std::string_view to_string(ScheduleType type) noexcept {
  for (const auto& [one, name] : kNames)
    if (one == type) return name;
  return {};
}

ScheduleType schedule_type_from_string(std::string_view name) {
  for (const auto& [type, one] : kNames)
    if (one == name) return type;
  std::string all;
  for (const auto& [type, one] : kNames) all += (all.empty() ? "" : ", ") + std::string(one);
  fail(ErrorCode::value, "unknown schedule '{}': expected one of {}", name, all);
}

void Schedule::check() const {
  require(std::isfinite(learning_rate) && learning_rate >= 0, ErrorCode::value, "learning_rate: expected a number from 0 up, got {}",
          learning_rate);
  require(warmup_steps >= 0, ErrorCode::value, "warmup_steps: expected a count from 0 up, got {}", warmup_steps);
  const bool ends = type != ScheduleType::constant && type != ScheduleType::constant_with_warmup && type != ScheduleType::inverse_sqrt;
  require(!ends || total_steps >= 1, ErrorCode::value, "total_steps: a {} schedule needs a count from 1 up, got {}", to_string(type),
          total_steps);
  require(std::isfinite(power) && power >= 0, ErrorCode::value, "power: expected a number from 0 up, got {}", power);
  require(!num_cycles || (std::isfinite(*num_cycles) && *num_cycles >= 0), ErrorCode::value, "num_cycles: expected a number from 0 up");
  require(type != ScheduleType::polynomial || end_learning_rate < learning_rate, ErrorCode::value,
          "end_learning_rate ({}) must be smaller than learning_rate ({})", end_learning_rate, learning_rate);
}

double Schedule::operator()(std::int64_t step) const {
  const auto t = static_cast<double>(step), warmup = static_cast<double>(warmup_steps), total = static_cast<double>(total_steps);
  if (type == ScheduleType::constant) return learning_rate;
  if (step < warmup_steps) return learning_rate * (t / std::max(1.0, warmup));
  switch (type) {
    case ScheduleType::constant:
    case ScheduleType::constant_with_warmup:
      return learning_rate;
    case ScheduleType::linear:
      return learning_rate * std::max(0.0, (total - t) / std::max(1.0, total - warmup));
    case ScheduleType::cosine:
      return learning_rate * cosine(num_cycles.value_or(0.5) * 2.0 * progress_of(*this, t));
    case ScheduleType::cosine_with_restarts: {
      const double progress = progress_of(*this, t);
      return progress >= 1.0 ? 0.0 : learning_rate * cosine(std::fmod(num_cycles.value_or(1.0) * progress, 1.0));
    }
    case ScheduleType::polynomial: {
      if (step >= total_steps) return end_learning_rate;
      return (learning_rate - end_learning_rate) * std::pow(1.0 - (t - warmup) / (total - warmup), power) + end_learning_rate;
    }
    case ScheduleType::inverse_sqrt: {
      const double scale = timescale > 0 ? static_cast<double>(timescale) : warmup > 0 ? warmup : kDefaultTimescale;
      return learning_rate / std::sqrt((t + scale - warmup) / scale);
    }
    case ScheduleType::google_polynomial:
      return learning_rate * std::pow(1.0 - std::min(t, total) / total, power);
  }
  return learning_rate;
}

}  // namespace albert
