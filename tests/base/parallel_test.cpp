#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using albert::ThreadPool;

TEST(ThreadPool, VisitsEachIndexOnce) {
  for (const int threads : {1, 2, 5}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const int count : {0, 1, 2, 1000}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      pool.for_each(count, [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
      for (const auto& visit : visits) EXPECT_EQ(visit, 1);
    }
  }
}

TEST(ThreadPool, SurvivesManyShortJobs) {
  ThreadPool pool(3);
  std::atomic<std::int64_t> sum{0};
  for (int job = 0; job < 20'000; ++job) pool.for_each(4, [&](std::int64_t i) { sum += i; });
  EXPECT_EQ(sum, 20'000 * 6);
}

TEST(ThreadPool, RethrowsTheFirstException) {
  ThreadPool pool(2);
  EXPECT_THROW(pool.for_each(100,
                             [](std::int64_t i) {
                               if (i == 50) throw std::runtime_error("x");
                             }),
               std::runtime_error);
  int calls = 0;
  ThreadPool(1).for_each(3, [&](std::int64_t) { ++calls; });
  EXPECT_EQ(calls, 3);
}

TEST(ThreadPool, RunsNestedCallsInPlaceAndSerialisesCallers) {
  ThreadPool pool(2);
  std::atomic<int> count{0};
  pool.for_each(4, [&](std::int64_t) { pool.for_each(4, [&](std::int64_t) { ++count; }); });
  EXPECT_EQ(count, 16);
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([&] {
      for (int job = 0; job < 100; ++job) pool.for_each(8, [&](std::int64_t) { ++count; });
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(count, 16 + 4 * 100 * 8);
}

}  // namespace
