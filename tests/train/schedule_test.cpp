#include "albert/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "albert/error.h"
#include "albert/json.h"
#include "golden_optimizers.h"

namespace {

using namespace albert;

TEST(Schedule, GivesTheRatesOfTheReference) {
  const Json golden = golden_optimizers();
  std::size_t compared = 0;
  for (const auto& one : golden.find("schedules")->as_array()) {
    Schedule schedule;
    schedule.type = schedule_type_from_string(one.find("type")->as_string());
    schedule.learning_rate = 3e-4;
    schedule.warmup_steps = one.find("warmup")->as_int();
    schedule.total_steps = one.find("total")->as_int();
    if (const auto* power = one.find("power")) schedule.power = power->as_double();
    schedule.check();
    std::int64_t step = 0;
    for (const auto& rate : one.find("rates")->as_array()) {
      EXPECT_NEAR(schedule(step), rate.as_double(), 1e-12)
          << to_string(schedule.type) << " " << schedule.warmup_steps << " of " << schedule.total_steps << ", step " << step;
      ++step;
      ++compared;
    }
  }
  EXPECT_GT(compared, 500U);
}

TEST(Schedule, HasNoDivisionByZero) {
  for (const auto name : schedule_types()) {
    for (const std::int64_t warmup : {0, 1, 5, 9}) {
      Schedule schedule{.type = schedule_type_from_string(name), .warmup_steps = warmup, .total_steps = 5};
      for (std::int64_t step = 0; step < 12; ++step) {
        EXPECT_TRUE(std::isfinite(schedule(step))) << name << " " << warmup << " " << step;
        EXPECT_GE(schedule(step), 0) << name << " " << warmup << " " << step;
        EXPECT_LE(schedule(step), schedule.learning_rate) << name << " " << warmup << " " << step;
      }
    }
  }
}

TEST(Schedule, RefusesWhatNoRunCanUse) {
  EXPECT_THROW((void)schedule_type_from_string("Linear"), Error);
  EXPECT_THROW((Schedule{.learning_rate = -1, .total_steps = 3}.check()), Error);
  EXPECT_THROW((Schedule{.total_steps = 0}.check()), Error);
  EXPECT_THROW((Schedule{.warmup_steps = -1, .total_steps = 3}.check()), Error);
  EXPECT_THROW((Schedule{.learning_rate = std::nan(""), .total_steps = 3}.check()), Error);
  EXPECT_THROW((Schedule{.type = ScheduleType::polynomial, .learning_rate = 1e-8, .total_steps = 3}.check()), Error);
  EXPECT_NO_THROW((Schedule{.type = ScheduleType::constant}.check()));
}

}  // namespace
