// Attention of one head: scores of a few queries at a time stay in cache from the product with the
// keys to the product with the values.
#pragma once

#include <cstdint>

#include "backend/cpu/gemm.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/layer_norm.h"
#include "backend/cpu/math.h"

namespace albert::backend::cpu {

inline constexpr std::int64_t kQueryBlock = 24;

template <class V>
struct AttentionLayout {
  std::int64_t keys, columns, values, scores_stride;  // padded extents
  std::int64_t key_at, value_at, query_at, score_at, total;
  AttentionLayout(std::int64_t length, std::int64_t d) {
    keys = (length + kPanel<V> - 1) / kPanel<V> * kPanel<V>;
    columns = (d + kPanel<V> - 1) / kPanel<V> * kPanel<V>;
    values = columns * length;
    scores_stride = keys + 16;  // rows of a power of two would share cache sets
    key_at = 0;
    value_at = key_at + keys * d;
    query_at = value_at + (values + 15) / 16 * 16;
    score_at = query_at + (kQueryBlock * d + 15) / 16 * 16;
    total = score_at + kQueryBlock * scores_stride;
  }
};

template <class V>
std::int64_t attention_scratch(std::int64_t length, std::int64_t head_size) {
  return AttentionLayout<V>(length, head_size).total;
}

/// Keys [S, d] into panels of the matrix [d, S]; columns beyond S are zeros.
template <class V>
inline void pack_keys(const AttentionTask& task, float* panels) {
  const std::int64_t d = task.head_size;
  for (std::int64_t p = 0; p < task.length; p += kPanel<V>, panels += d * kPanel<V>) {
    const std::int64_t n = task.length - p < kPanel<V> ? task.length - p : kPanel<V>;
    for (std::int64_t j = 0; j < kPanel<V>; ++j) {
      const float* key = task.key + (p + j) * task.row_stride;
      for (std::int64_t i = 0; i < d; ++i) panels[i * kPanel<V> + j] = j < n ? key[i] : 0.0F;
    }
  }
}

/// Values [S, d] into panels of the same matrix; columns beyond d are zeros.
template <class V>
inline void pack_values(const AttentionTask& task, float* panels) {
  for (std::int64_t c = 0; c < task.head_size; c += kPanel<V>)
    for (std::int64_t s = 0; s < task.length; ++s, panels += kPanel<V>) {
      const float* value = task.value + s * task.row_stride + c;
      for (std::int64_t j = 0; j < kPanel<V>; j += V::kWidth) {
        const std::int64_t rest = task.head_size - c - j;
        V::store(panels + j, rest >= V::kWidth ? V::load(value + j)
                             : rest > 0        ? V::load_some(value + j, static_cast<int>(rest))
                                               : V::zero());
      }
    }
}

/// The relative terms of query l: (q_l [+ k_m]) . R[l - m + P - 1], the positions being slots.
template <class V>
inline void add_relative_terms(const AttentionTask& task, std::int64_t l, const float* query, float* scores) {
  const bool with_key = task.relative == RelativeTerms::key_query;
  for (std::int64_t m = 0; m < task.length; ++m) {
    const float* row = task.relative_table + (task.slots[l] - task.slots[m] + task.max_positions - 1) * task.head_size;
    const float* key = task.key + m * task.row_stride;
    scores[m] += sum_over<V>(task.head_size, [&](std::int64_t i, int n) {
      typename V::F x = load_upto<V>(query + i, n);
      if (with_key) x = V::add(x, load_upto<V>(key + i, n));
      return V::mul(x, load_upto<V>(row + i, n));
    });
  }
}

/// scores [keys] of query l become exp(score - largest); returns their sum.
template <class V>
inline float exponentials(const AttentionTask& task, std::int64_t l, float* scores) {
  using F = typename V::F;
  const std::int64_t length = task.length;
  const std::int64_t padded = (length + V::kWidth - 1) / V::kWidth * V::kWidth;
  constexpr float kInfinity = __builtin_inff();
  const float* mask = task.mask ? task.mask + (task.mask_per_query ? l * length : 0) : nullptr;
  const F scale = V::set(task.scale_query ? 1.0F : task.scale);
  const F offset = V::set(task.offset);
  F largest = V::set(-kInfinity);
  const bool relative = task.relative != RelativeTerms::none;
  if (relative) {
    for (std::int64_t m = 0; m < length; m += V::kWidth) {
      const int n = length - m < V::kWidth ? static_cast<int>(length - m) : V::kWidth;
      F s = V::mul(V::load(scores + m), scale);
      if (mask) s = V::add(s, load_upto<V>(mask + m, n));
      V::store(scores + m, s);
    }
    add_relative_terms<V>(task, l, task.query + l * task.row_stride, scores);
  }
  for (std::int64_t m = length; m < padded; ++m) scores[m] = -kInfinity;
  for (std::int64_t m = 0; m < length; m += V::kWidth) {
    F s = V::load(scores + m);
    if (!relative) {
      const int n = length - m < V::kWidth ? static_cast<int>(length - m) : V::kWidth;
      s = mask ? V::fma(s, scale, load_upto<V>(mask + m, n)) : V::mul(s, scale);
    }
    s = V::add(s, offset);
    V::store(scores + m, s);
    largest = V::max(largest, s);
  }
  const F top = V::set(V::largest(largest));
  F sum = V::zero();
  for (std::int64_t m = 0; m < length; m += V::kWidth) {
    const F e = exp<V>(V::sub(V::load(scores + m), top));
    V::store(scores + m, e);
    sum = V::add(sum, e);
  }
  return V::sum(sum);
}

template <class V>
void attention_head(const AttentionTask& task) {
  const AttentionLayout<V> layout(task.length, task.head_size);
  const std::int64_t d = task.head_size, length = task.length;
  float* const keys = task.scratch + layout.key_at;
  float* const values = task.scratch + layout.value_at;
  float* const scores = task.scratch + layout.score_at;
  pack_keys<V>(task, keys);
  pack_values<V>(task, values);
  const auto leave = [](float*, std::int64_t, std::int64_t, std::int64_t, std::int64_t) {};
  for (std::int64_t l0 = task.first; l0 < task.last; l0 += kQueryBlock) {
    const std::int64_t rows = task.last - l0 < kQueryBlock ? task.last - l0 : kQueryBlock;
    const float* query = task.query + l0 * task.row_stride;
    std::int64_t query_stride = task.row_stride;
    if (task.scale_query) {
      float* const scaled = task.scratch + layout.query_at;
      for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t i = 0; i < d; ++i) scaled[r * d + i] = query[r * query_stride + i] * task.scale;
      query = scaled;
      query_stride = d;
    }
    matrix_product<V>(query, query_stride, rows, keys, d * kPanel<V>, d, layout.keys, scores, layout.scores_stride, leave);
    float inverse[kQueryBlock];
    for (std::int64_t r = 0; r < rows; ++r) {
      float* const row = scores + r * layout.scores_stride;
      const std::int64_t l = l0 + r;
      inverse[r] = 1.0F / exponentials<V>(task, l, row);
      if (task.dropout.active())
        drop(row, length, (task.dropout_row + static_cast<std::uint64_t>(l) * task.dropout_rows_per_query) << 32U, task.dropout);
      if (task.head_mask) {
        const float* head_mask = task.head_mask + l * task.head_mask_query;
        for (std::int64_t m = 0; m < length; ++m) row[m] *= head_mask[m * task.head_mask_key];
      }
      if (task.probabilities)
        for (std::int64_t m = 0; m < length; ++m) task.probabilities[l * length + m] = row[m] * inverse[r];
    }
    matrix_product<V>(scores, layout.scores_stride, rows, values, length * kPanel<V>, length, d, task.context + l0 * task.context_stride,
                      task.context_stride, [&](float* y, std::int64_t first, std::int64_t tile_rows, std::int64_t, std::int64_t n) {
                        for (std::int64_t r = 0; r < tile_rows; ++r)
                          for (std::int64_t j = 0; j < n; ++j) y[r * task.context_stride + j] *= inverse[first + r];
                      });
  }
}

}  // namespace albert::backend::cpu
