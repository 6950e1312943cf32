// numpy's argpartition: where the smallest values stand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace albert::tasks {

/// The positions of `values` [N], those of the `kth` smallest before position `kth` in no order. Among equal values the choice is
/// the one of numpy 1.26's introselect, which the reference's results show. NaN counts as the largest. 0 <= kth < N < 2^32.
[[nodiscard]] std::vector<std::uint32_t> arg_partition(std::span<const float> values, std::size_t kth);

}  // namespace albert::tasks
