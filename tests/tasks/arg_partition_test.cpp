// Checksums of numpy 1.26.4's argpartition: tests/golden/make_arg_partition.py prints them.
#include "tasks/arg_partition.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

std::vector<float> sequence(std::size_t count, std::uint32_t different, std::uint32_t seed) {
  std::vector<float> values(count);
  for (float& value : values) {
    seed = (seed * 1103515245u + 12345u) & 0x7FFFFFFFu;
    value = static_cast<float>((seed >> 16) % different);
  }
  return values;
}

std::uint32_t checksum(const std::vector<float>& values, std::size_t kth) {
  std::uint32_t sum = 0;
  for (const std::uint32_t position : albert::tasks::arg_partition(values, kth)) sum = sum * 31 + position;
  return sum;
}

TEST(ArgPartition, LeavesPositionsAsNumpyDoes) {
  struct Case {
    std::size_t count;
    std::uint32_t different, seed;
    std::size_t kth;
    std::uint32_t checksum;
  };
  for (const Case& one :
       {Case{9, 3, 1, 2, 259308424u}, Case{100, 2, 2, 5, 804642344u}, Case{900, 4, 3, 40, 2885085242u}, Case{900, 1, 4, 5, 3462538350u},
        Case{5000, 7, 5, 4999, 1758973892u}, Case{4096, 3, 6, 1500, 1535995900u}, Case{20000, 20000, 7, 10000, 3331974828u}})
    EXPECT_EQ(checksum(sequence(one.count, one.different, one.seed), one.kth), one.checksum) << one.count;
}

TEST(ArgPartition, FallsBackToMediansOfFive) {
  std::vector<float> organ_pipe(3000);
  for (std::size_t i = 0; i < organ_pipe.size(); ++i) organ_pipe[i] = static_cast<float>(std::min(i, organ_pipe.size() - i));
  EXPECT_EQ(checksum(organ_pipe, 1700), 1677642730u);
}

}  // namespace
