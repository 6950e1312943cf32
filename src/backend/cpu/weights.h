// The gradients of weights: dW += dY^T X, the depth of the product being the rows of the batch.
#pragma once

#include <cstdint>

#include "backend/cpu/gemm.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/layer_norm.h"

namespace albert::backend::cpu {

/// x [rows, in] in panels, see Kernels::pack_rows.
template <class V>
void pack_rows(const float* x, std::int64_t rows, std::int64_t x_stride, std::int64_t in, std::int64_t first, std::int64_t last,
               float* panels) {
  for (std::int64_t p = first; p < last; ++p) {
    float* to = panels + p * rows * kPanel<V>;
    const std::int64_t column = p * kPanel<V>;
    for (std::int64_t r = 0; r < rows; ++r, to += kPanel<V>) {
      const float* from = x + r * x_stride + column;
      for (std::int64_t j = 0; j < kPanel<V>; j += V::kWidth) {
        const std::int64_t rest = in - column - j;
        V::store(to + j, rest >= V::kWidth ? V::load(from + j) : rest > 0 ? V::load_some(from + j, static_cast<int>(rest)) : V::zero());
      }
    }
  }
}

/// Rows of the batch that are summed up before the sum is added to a gradient. They depend on no thread.
inline constexpr std::int64_t kSumRows = 128;

/// dbias [n] += the sum over rows of dy.
template <class V>
void add_row_sums(const float* dy, std::int64_t stride, std::int64_t rows, std::int64_t n, float* dbias) {
  for (std::int64_t i = 0; i < n; i += V::kWidth) {
    const int m = n - i < V::kWidth ? static_cast<int>(n - i) : V::kWidth;
    typename V::F total = load_upto<V>(dbias + i, m);
    for (std::int64_t r0 = 0; r0 < rows; r0 += kSumRows) {
      const std::int64_t r1 = rows - r0 < kSumRows ? rows : r0 + kSumRows;
      typename V::F sum = V::zero();
      for (std::int64_t r = r0; r < r1; ++r) sum = V::add(sum, load_upto<V>(dy + r * stride + i, m));
      total = V::add(total, sum);
    }
    store_upto<V>(dbias + i, total, m);
  }
}

template <class V>
std::int64_t weights_scratch(std::int64_t rows) {
  return (rows < kDepth ? rows : kDepth) * kRowBlock;
}

/// See WeightsTask. A block of dy's columns is copied together first, [depth, columns]: as it lies, every row is in
/// another page.
template <class V>
void weights_gradient(const WeightsTask& task) {
  const std::int64_t depth_blocks = task.rows > 0 ? (task.rows + kDepth - 1) / kDepth : 0;
  for (std::int64_t c = 0; c < task.columns; c += kRowBlock) {
    const std::int64_t columns = task.columns - c < kRowBlock ? task.columns - c : kRowBlock;
    for (std::int64_t d = 0; d < depth_blocks; ++d) {
      const std::int64_t k0 = task.rows * d / depth_blocks, k1 = task.rows * (d + 1) / depth_blocks;
      for (std::int64_t k = k0; k < k1; ++k) {
        const float* from = task.dy + k * task.dy_stride + c;
        float* to = task.scratch + (k - k0) * kRowBlock;
        for (std::int64_t i = 0; i < columns; i += V::kWidth) {
          const int m = columns - i < V::kWidth ? static_cast<int>(columns - i) : V::kWidth;
          store_upto<V>(to + i, load_upto<V>(from + i, m), m);
        }
      }
      add_transposed_product<V>(task.scratch, kRowBlock, columns, task.x + k0 * kPanel<V>, task.rows * kPanel<V>, k1 - k0, task.in,
                                task.dw + c * task.dw_stride, task.dw_stride);
    }
  }
  if (task.dbias) add_row_sums<V>(task.dy, task.dy_stride, task.rows, task.columns, task.dbias);
}

}  // namespace albert::backend::cpu
