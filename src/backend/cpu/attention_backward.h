// The backward of attention for one head: a few queries at a time, their probabilities computed again.
#pragma once

#include <cstdint>

#include "backend/cpu/attention.h"
#include "backend/cpu/weights.h"

namespace albert::backend::cpu {

/// Queries of a block. Also the depth of the products that give the gradients of keys and values.
inline constexpr std::int64_t kBackwardQueries = 48;

template <class V>
struct AttentionBackwardLayout {
  std::int64_t keys, columns, stride;  // padded extents
  std::int64_t key_at, value_at, key_rows_at, query_at, scaled_at, dcontext_at, p_at, w_at, dw_at, factors_at, total;
  AttentionBackwardLayout(std::int64_t length, std::int64_t d) {
    const auto round = [](std::int64_t n, std::int64_t unit) { return (n + unit - 1) / unit * unit; };
    keys = round(length, kPanel<V>);
    columns = round(d, kPanel<V>);
    stride = keys + 16;
    key_at = 0;
    value_at = key_at + round(keys * d, 16);
    key_rows_at = value_at + round(keys * d, 16);
    query_at = key_rows_at + round(columns * length, 16);
    scaled_at = query_at + round(columns * kBackwardQueries, 16);
    dcontext_at = scaled_at + round(d * kBackwardQueries, 16);
    p_at = dcontext_at + round(columns * kBackwardQueries, 16);
    w_at = p_at + kBackwardQueries * stride;
    dw_at = w_at + kBackwardQueries * stride;
    factors_at = dw_at + kBackwardQueries * stride;
    total = factors_at + stride;
  }
};

template <class V>
std::int64_t attention_backward_scratch(std::int64_t length, std::int64_t head_size) {
  return AttentionBackwardLayout<V>(length, head_size).total;
}

/// x [rows, d] as panels of the matrix [d, rows]; columns beyond are zeros.
template <class V>
inline void pack_transposed(const float* x, std::int64_t stride, std::int64_t rows, std::int64_t d, float* panels) {
  for (std::int64_t p = 0; p < rows; p += kPanel<V>, panels += d * kPanel<V>) {
    const std::int64_t n = rows - p < kPanel<V> ? rows - p : kPanel<V>;
    for (std::int64_t j = 0; j < kPanel<V>; ++j) {
      const float* row = x + (p + j) * stride;
      for (std::int64_t i = 0; i < d; ++i) panels[i * kPanel<V> + j] = j < n ? row[i] : 0.0F;
    }
  }
}

/// y [n] += a x [n]
template <class V>
inline void add_scaled(float a, const float* x, std::int64_t n, float* y) {
  const typename V::F factor = V::set(a);
  for (std::int64_t i = 0; i < n; i += V::kWidth) {
    const int m = n - i < V::kWidth ? static_cast<int>(n - i) : V::kWidth;
    store_upto<V>(y + i, V::fma(factor, load_upto<V>(x + i, m), load_upto<V>(y + i, m)), m);
  }
}

/// What the relative terms of query l give, from the gradients ds [S] of its scores.
template <class V>
inline void relative_terms_backward(const AttentionBackwardTask& task, std::int64_t l, const float* ds) {
  const auto& forward = task.forward;
  const std::int64_t d = forward.head_size;
  const float* query = forward.query + l * forward.row_stride;
  for (std::int64_t m = 0; m < forward.length; ++m) {
    const std::int64_t at = (forward.slots[l] - forward.slots[m] + forward.max_positions - 1) * d;
    add_scaled<V>(ds[m], forward.relative_table + at, d, task.dquery + l * task.row_stride);
    add_scaled<V>(ds[m], query, d, task.drelative + at);
    if (forward.relative != RelativeTerms::key_query) continue;
    add_scaled<V>(ds[m], forward.relative_table + at, d, task.dkey + m * task.row_stride);
    add_scaled<V>(ds[m], forward.key + m * forward.row_stride, d, task.drelative + at);
  }
}

/// With p = softmax(s), w = factors * p and context = w v: dw = dcontext v^T + given, dv = w^T dcontext,
/// ds = p (factors * dw - sum of p factors dw), dq = ds k / sqrt(d), dk = ds^T q / sqrt(d), and the relative terms.
template <class V>
void attention_head_backward(const AttentionBackwardTask& task) {
  using F = typename V::F;
  const auto& forward = task.forward;
  const AttentionBackwardLayout<V> layout(forward.length, forward.head_size);
  const std::int64_t d = forward.head_size, length = forward.length, stride = layout.stride;
  const auto at = [&](std::int64_t offset) { return task.scratch + offset; };
  float *const keys = at(layout.key_at), *const values = at(layout.value_at), *const key_rows = at(layout.key_rows_at);
  float *const query_rows = at(layout.query_at), *const dcontext_rows = at(layout.dcontext_at);
  float *const p = at(layout.p_at), *const w = at(layout.w_at), *const dw = at(layout.dw_at), *const factors = at(layout.factors_at);
  const bool drops = forward.dropout.active(), factored = drops || forward.head_mask != nullptr;
  const auto leave = [](float*, std::int64_t, std::int64_t, std::int64_t, std::int64_t) {};

  pack_transposed<V>(forward.key, forward.row_stride, length, d, keys);
  if (task.dcontext) pack_transposed<V>(forward.value, forward.row_stride, length, d, values);
  pack_rows<V>(forward.key, length, forward.row_stride, d, 0, layout.columns / kPanel<V>, key_rows);
  for (std::int64_t m = 0; m < length; ++m)
    for (std::int64_t i = 0; i < d; ++i)
      task.dquery[m * task.row_stride + i] = task.dkey[m * task.row_stride + i] = task.dvalue[m * task.row_stride + i] = 0;

  for (std::int64_t l0 = 0; l0 < length; l0 += kBackwardQueries) {
    const std::int64_t rows = length - l0 < kBackwardQueries ? length - l0 : kBackwardQueries;
    pack_rows<V>(forward.query + l0 * forward.row_stride, rows, forward.row_stride, d, 0, layout.columns / kPanel<V>, query_rows);
    const float* query = forward.query + l0 * forward.row_stride;
    std::int64_t query_stride = forward.row_stride;
    if (forward.scale_query) {
      float* const scaled = at(layout.scaled_at);
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t i = 0; i < d; ++i) scaled[r * d + i] = query[r * query_stride + i] * forward.scale;
      query = scaled;
      query_stride = d;
    }
    matrix_product<V>(query, query_stride, rows, keys, d * kPanel<V>, d, layout.keys, p, stride, leave);
    if (task.dcontext) {
      const float* dcontext = task.dcontext + l0 * forward.context_stride;
      pack_rows<V>(dcontext, rows, forward.context_stride, d, 0, layout.columns / kPanel<V>, dcontext_rows);
      matrix_product<V>(dcontext, forward.context_stride, rows, values, d * kPanel<V>, d, layout.keys, dw, stride, leave);
    } else {
      for (std::int64_t i = 0; i < rows * stride; ++i) dw[i] = 0;
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t l = l0 + r;
      float *const p_row = p + r * stride, *const w_row = w + r * stride, *const dw_row = dw + r * stride;
      const F inverse = V::set(1.0F / exponentials<V>(forward, l, p_row));
      if (factored) {
        for (std::int64_t m = 0; m < length; ++m) factors[m] = 1;
        if (drops)
          drop(factors, length, (forward.dropout_row + static_cast<std::uint64_t>(l) * forward.dropout_rows_per_query) << 32U,
               forward.dropout);
        if (forward.head_mask)
          for (std::int64_t m = 0; m < length; ++m)
            factors[m] *= forward.head_mask[l * forward.head_mask_query + m * forward.head_mask_key];
      }
      const float* given = task.dprobabilities ? task.dprobabilities + l * length : nullptr;
      const float sum = sum_over<V>(length, [&](std::int64_t m, int n) {
        const F probability = V::mul(load_upto<V>(p_row + m, n), inverse);
        F d_probability = load_upto<V>(dw_row + m, n);
        if (given) d_probability = V::add(d_probability, load_upto<V>(given + m, n));
        F weight = probability;
        if (factored) {
          const F factor = load_upto<V>(factors + m, n);
          weight = V::mul(weight, factor);
          d_probability = V::mul(d_probability, factor);
        }
        store_upto<V>(p_row + m, probability, n);
        store_upto<V>(w_row + m, weight, n);
        store_upto<V>(dw_row + m, d_probability, n);
        return V::mul(probability, d_probability);
      });
      for (std::int64_t m = 0; m < length; m += V::kWidth) {
        const int n = length - m < V::kWidth ? static_cast<int>(length - m) : V::kWidth;
        store_upto<V>(dw_row + m, V::mul(load_upto<V>(p_row + m, n), V::sub(load_upto<V>(dw_row + m, n), V::set(sum))), n);
      }
      if (forward.relative != RelativeTerms::none) relative_terms_backward<V>(task, l, dw_row);
      for (std::int64_t m = 0; m < length; ++m) dw_row[m] *= forward.scale;
    }
    if (task.dcontext) add_transposed_product<V>(w, stride, length, dcontext_rows, rows * kPanel<V>, rows, d, task.dvalue, task.row_stride);
    add_transposed_product<V>(dw, stride, length, query_rows, rows * kPanel<V>, rows, d, task.dkey, task.row_stride);
    matrix_product<V>(dw, stride, rows, key_rows, length * kPanel<V>, length, d, task.dquery + l0 * task.row_stride, task.row_stride, leave,
                      true);
  }
}

}  // namespace albert::backend::cpu
