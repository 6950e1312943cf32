#include "tasks/arg_partition.h"

#include <bit>
#include <numeric>
#include <utility>

namespace albert::tasks {
namespace {

/// The steps of numpy/core/src/npysort/selection.cpp on positions; [low, high] is what is still undecided.
class Introselect {
 public:
  Introselect(std::span<const float> values, std::vector<std::uint32_t>& positions) : values_(values), positions_(positions) {}

  void select(std::size_t low, std::size_t high, std::size_t kth) {
    const std::size_t count = high - low + 1;
    if (kth - low < 3) return smallest_first(low, high, kth);
    if (kth == high) return largest_last(low, high);
    int medians_of_three = 2 * (static_cast<int>(std::bit_width(count)) - 1);
    while (low + 1 < high) {
      std::size_t left = low + 1, right = high;
      if (medians_of_three > 0 || right - left < 5) {
        median_of_three_to_low(low, low + (high - low) / 2, high);
      } else {
        const std::size_t middle = median_of_medians(left, right - 1);
        swap(middle, low);
        --left;
        ++right;
      }
      --medians_of_three;
      partition(low, left, right);
      swap(low, right);
      if (right >= kth) high = right - 1;
      if (right <= kth) low = left;
    }
    if (high == low + 1 && less(high, low)) swap(high, low);
  }

 private:
  [[nodiscard]] float value(std::size_t i) const { return values_[positions_[i]]; }
  static bool less(float a, float b) { return a < b || (b != b && a == a); }
  [[nodiscard]] bool less(std::size_t i, std::size_t j) const { return less(value(i), value(j)); }
  void swap(std::size_t i, std::size_t j) { std::swap(positions_[i], positions_[j]); }

  void smallest_first(std::size_t low, std::size_t high, std::size_t kth) {
    for (std::size_t i = low; i <= kth; ++i) {
      std::size_t smallest = i;
      for (std::size_t k = i + 1; k <= high; ++k)
        if (less(k, smallest)) smallest = k;
      swap(i, smallest);
    }
  }

  void largest_last(std::size_t low, std::size_t high) {
    std::size_t largest = low;
    for (std::size_t k = low + 1; k <= high; ++k)
      if (!less(k, largest)) largest = k;
    swap(high, largest);
  }

  /// The median of three goes to low, the smallest beside it, the largest to high: bounds for partition.
  void median_of_three_to_low(std::size_t low, std::size_t middle, std::size_t high) {
    if (less(high, middle)) swap(high, middle);
    if (less(high, low)) swap(high, low);
    if (less(low, middle)) swap(low, middle);
    swap(middle, low + 1);
  }

  std::size_t median_of_five(std::size_t i) {
    if (less(i + 1, i)) swap(i + 1, i);
    if (less(i + 4, i + 3)) swap(i + 4, i + 3);
    if (less(i + 3, i)) swap(i + 3, i);
    if (less(i + 4, i + 1)) swap(i + 4, i + 1);
    if (less(i + 2, i + 1)) swap(i + 2, i + 1);
    if (!less(i + 3, i + 2)) return i + 2;
    return less(i + 3, i + 1) ? i + 1 : i + 3;
  }

  /// Of each five in [low, high]; the few at the end that make no five are left out.
  std::size_t median_of_medians(std::size_t low, std::size_t high) {
    const std::size_t medians = (high - low + 1) / 5;
    for (std::size_t i = 0; i < medians; ++i) swap(median_of_five(low + 5 * i), low + i);
    if (medians > 2) select(low, low + medians - 1, low + medians / 2);
    return low + medians / 2;
  }

  void partition(std::size_t low, std::size_t& left, std::size_t& right) const {
    const float pivot = value(low);
    for (;;) {
      do ++left;
      while (less(value(left), pivot));
      do --right;
      while (less(pivot, value(right)));
      if (right < left) return;
      std::swap(positions_[left], positions_[right]);
    }
  }

  std::span<const float> values_;
  std::vector<std::uint32_t>& positions_;
};

}  // namespace

std::vector<std::uint32_t> arg_partition(std::span<const float> values, std::size_t kth) {
  std::vector<std::uint32_t> positions(values.size());
  std::iota(positions.begin(), positions.end(), 0u);
  Introselect(values, positions).select(0, values.size() - 1, kth);
  return positions;
}

}  // namespace albert::tasks
