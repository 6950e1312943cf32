// The vector part of the cross entropy; the rest is a few numbers a row, in double.
#pragma once

#include <cstdint>

#include "backend/cpu/layer_norm.h"
#include "backend/cpu/math.h"

namespace albert::backend::cpu {

template <class V>
void log_sum(const float* x, std::int64_t n, float* largest, double* sum) {
  using F = typename V::F;
  constexpr std::int64_t kChunk = 64 * V::kWidth;  // summed in float, then added in double
  float top = -__builtin_inff();
  F most = V::set(top);
  std::int64_t i = 0;
  for (; i + V::kWidth <= n; i += V::kWidth) most = V::max(most, V::load(x + i));
  top = V::largest(most);
  for (; i < n; ++i) top = x[i] > top ? x[i] : top;
  double total = 0;
  for (std::int64_t c = 0; c < n; c += kChunk) {
    const std::int64_t m = n - c < kChunk ? n - c : kChunk;
    total += static_cast<double>(sum_over<V>(m, [&](std::int64_t k, int count) {
      const F e = exp<V>(V::sub(load_upto<V>(x + c + k, count), V::set(top)));
      return count == V::kWidth ? e : V::keep(e, count);
    }));
  }
  *largest = top;
  *sum = total;
}

template <class V>
void scaled_exponentials(const float* x, std::int64_t n, float largest, float scale, float* out) {
  for (std::int64_t i = 0; i < n; i += V::kWidth) {
    const int m = n - i < V::kWidth ? static_cast<int>(n - i) : V::kWidth;
    store_upto<V>(out + i, V::mul(V::set(scale), exp<V>(V::sub(load_upto<V>(x + i, m), V::set(largest)))), m);
  }
}

}  // namespace albert::backend::cpu
