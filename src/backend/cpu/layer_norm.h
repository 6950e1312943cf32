// LayerNorm over rows, fused with what comes before it: bias, dropout, residual.
#pragma once

#include <cstdint>

#include "backend/backend.h"
#include "backend/cpu/kernels.h"

namespace albert::backend::cpu {

/// Sum over i < n of term(vector at i), tails filled up with zeros by `term`'s loads.
template <class V, class Term>
inline float sum_over(std::int64_t n, const Term& term) {
  typename V::F a = V::zero(), b = V::zero();
  std::int64_t i = 0;
  for (; i + 2 * V::kWidth <= n; i += 2 * V::kWidth) {
    a = V::add(a, term(i, V::kWidth));
    b = V::add(b, term(i + V::kWidth, V::kWidth));
  }
  for (; i < n; i += V::kWidth) {
    const std::int64_t rest = n - i;
    a = V::add(a, term(i, rest < V::kWidth ? static_cast<int>(rest) : V::kWidth));
  }
  return V::sum(V::add(a, b));
}

template <class V>
inline typename V::F load_upto(const float* p, int n) {
  return n == V::kWidth ? V::load(p) : V::load_some(p, n);
}
template <class V>
inline void store_upto(float* p, typename V::F v, int n) {
  n == V::kWidth ? V::store(p, v) : V::store_some(p, v, n);
}

/// row [width] = LayerNorm(row), whose elements sum to `sum`.
template <class V>
inline void normalize_row(float* row, std::int64_t width, float sum, const LayerNormWeights<float>& weights) {
  using F = typename V::F;
  const auto count = static_cast<float>(width);
  const float mean = sum / count;
  const F center = V::set(mean);
  // Also for fast_variance: E[x^2] - E[x]^2 is the same number with more rounding error.
  const float variance = sum_over<V>(width,
                                     [&](std::int64_t i, int n) {
                                       F x = V::sub(load_upto<V>(row + i, n), center);
                                       if (n != V::kWidth) x = V::keep(x, n);  // lanes beyond the row must add nothing
                                       return V::mul(x, x);
                                     }) /
                         count;
  const F scale = V::set(static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(variance) + weights.eps)));
  for (std::int64_t i = 0; i < width; i += V::kWidth) {
    const int n = width - i < V::kWidth ? static_cast<int>(width - i) : V::kWidth;
    const F x = V::mul(V::sub(load_upto<V>(row + i, n), center), scale);
    store_upto<V>(row + i, V::fma(x, load_upto<V>(weights.gamma + i, n), load_upto<V>(weights.beta + i, n)), n);
  }
}

/// See LayerNormTask.
template <class V>
void layer_norm_rows(const LayerNormTask& task) {
  using F = typename V::F;
  for (std::int64_t r = 0; r < task.rows; ++r) {
    const float* x = task.x + r * task.x_stride;
    float* y = task.out + r * task.width;
    if (task.dropout.active()) {
      float* z = task.row;
      for (std::int64_t i = 0; i < task.width; ++i) z[i] = x[i] + task.bias[i];
      drop(z, task.width, (task.dropout.first_row + static_cast<std::uint64_t>(r)) * static_cast<std::uint64_t>(task.width), task.dropout);
      x = z;
    }
    const float* bias = task.dropout.active() ? nullptr : task.bias;
    const float* residual = task.residual ? task.residual + r * task.width : nullptr;
    const float sum = sum_over<V>(task.width, [&](std::int64_t i, int n) {
      F v = load_upto<V>(x + i, n);
      if (bias) v = V::add(v, load_upto<V>(bias + i, n));
      if (residual) v = V::add(v, load_upto<V>(residual + i, n));
      store_upto<V>(y + i, v, n);
      return v;
    });
    if (task.sums)
      for (std::int64_t i = 0; i < task.width; ++i) task.sums[r * task.width + i] = y[i];
    normalize_row<V>(y, task.width, sum, task.weights);
  }
}

/// y [n] += x [n]
template <class V>
void add_row(const float* x, std::int64_t n, float* y) {
  for (std::int64_t i = 0; i < n; i += V::kWidth) {
    const int m = n - i < V::kWidth ? static_cast<int>(n - i) : V::kWidth;
    store_upto<V>(y + i, V::add(load_upto<V>(y + i, m), load_upto<V>(x + i, m)), m);
  }
}

/// See LayerNormBackwardTask. With n = (x - mean) / deviation and g = dy gamma:
/// dx = (g - mean(g) - n mean(g n)) / deviation.
template <class V>
void layer_norm_backward_rows(const LayerNormBackwardTask& task) {
  using F = typename V::F;
  const std::int64_t width = task.width;
  const auto count = static_cast<float>(width);
  for (std::int64_t i = 0; i < width; ++i) task.dgamma[i] = task.dbeta[i] = 0;
  for (std::int64_t r = 0; r < task.rows; ++r) {
    const float* x = task.x + r * width;
    const float* dy = task.dy + r * width;
    float* dx = task.dx + r * width;
    const F center = V::set(sum_over<V>(width, [&](std::int64_t i, int n) { return load_upto<V>(x + i, n); }) / count);
    const auto centered = [&](std::int64_t i, int n) {
      const F c = V::sub(load_upto<V>(x + i, n), center);
      return n == V::kWidth ? c : V::keep(c, n);
    };
    const float variance = sum_over<V>(width,
                                       [&](std::int64_t i, int n) {
                                         const F c = centered(i, n);
                                         return V::mul(c, c);
                                       }) /
                           count;
    const float inverse = static_cast<float>(1.0 / __builtin_sqrt(static_cast<double>(variance) + task.weights.eps));
    const F scale = V::set(inverse);
    const float sum = sum_over<V>(width, [&](std::int64_t i, int n) {
      const F d = load_upto<V>(dy + i, n);
      store_upto<V>(task.dbeta + i, V::add(load_upto<V>(task.dbeta + i, n), d), n);
      return V::mul(d, load_upto<V>(task.weights.gamma + i, n));
    });
    const float product = sum_over<V>(width, [&](std::int64_t i, int n) {
      const F d = load_upto<V>(dy + i, n), normal = V::mul(centered(i, n), scale);
      store_upto<V>(task.dgamma + i, V::fma(d, normal, load_upto<V>(task.dgamma + i, n)), n);
      return V::mul(V::mul(d, load_upto<V>(task.weights.gamma + i, n)), normal);
    });
    const F mean = V::set(sum / count), slant = V::set(product / count);
    for (std::int64_t i = 0; i < width; i += V::kWidth) {
      const int n = width - i < V::kWidth ? static_cast<int>(width - i) : V::kWidth;
      const F g = V::mul(load_upto<V>(dy + i, n), load_upto<V>(task.weights.gamma + i, n));
      const F normal = V::mul(centered(i, n), scale);
      store_upto<V>(dx + i, V::mul(scale, V::fnma(normal, slant, V::sub(g, mean))), n);
    }
  }
}

}  // namespace albert::backend::cpu
