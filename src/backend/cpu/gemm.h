// Matrix product against prepacked panels.
//
// B [K, N] lies in panels of kPanel columns, each [K, kPanel] and contiguous, the last one filled
// up with zeros. A tile of C (kTileRows x kPanel) is kept in registers over a block of K. Every
// element is one chain of multiply-adds a block, the blocks added in order, and the blocks depend
// on K alone: so a result depends neither on the number of rows nor on how they are cut.
#pragma once

#include <cstdint>

namespace albert::backend::cpu {

template <class V>
inline constexpr std::int64_t kPanel = V::kWidth * V::kTileVectors;

/// Depth of a block: one tile's rows of A stay in L1 and the panel of B in L2 while rows pass by.
inline constexpr std::int64_t kDepth = 768;
/// Rows of a block: kRowBlock x kDepth floats of A stay in L2. A multiple of 4, 6 and 8.
inline constexpr std::int64_t kRowBlock = 96;

/// How a tile reads A: rows of k elements, `lda` apart, or columns of kRows elements, `lda` apart (A^T as it lies).
enum class Order { rows, columns };

/// c [kRows, kPanels * kPanel] = (first ? 0 : c) + a [kRows, k] b.
template <class V, int kRows, int kPanels, Order kOrder = Order::rows>
void tile(const float* a, std::int64_t lda, const float* b, std::int64_t panel_stride, std::int64_t k, float* c, std::int64_t ldc,
          bool first) {
  constexpr int kVectors = V::kTileVectors * kPanels;
  typename V::F sum[kRows][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) sum[r][v] = V::zero();
    // C's lines are far apart: no hardware prefetcher sees them coming.
#pragma GCC unroll 16
    for (int v = 0; v < kVectors * V::kWidth; v += 16) __builtin_prefetch(c + r * ldc + v, 1);
  }
  for (std::int64_t i = 0; i < k; ++i) {
    typename V::F column[kVectors];
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) column[v] = V::load(b + (v / V::kTileVectors) * panel_stride + (v % V::kTileVectors) * V::kWidth);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const typename V::F x = V::set(kOrder == Order::rows ? a[r * lda] : a[r]);
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) sum[r][v] = V::fma(x, column[v], sum[r][v]);
    }
    a += kOrder == Order::rows ? 1 : lda;
    b += kPanel<V>;
  }
  if (!first) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) sum[r][v] = V::add(V::load(c + r * ldc + v * V::kWidth), sum[r][v]);
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) V::store(c + r * ldc + v * V::kWidth, sum[r][v]);
}

using Tile = void (*)(const float*, std::int64_t, const float*, std::int64_t, std::int64_t, float*, std::int64_t, bool);

template <class V, Order kOrder>
inline Tile tile_of(std::int64_t rows) {
  static_assert(V::kTileRows <= 8);
  constexpr int kMost = V::kTileRows;
  static constexpr Tile kTiles[] = {tile<V, 1, 1, kOrder>,
                                    tile<V, 2, 1, kOrder>,
                                    tile<V, 3, 1, kOrder>,
                                    tile<V, 4, 1, kOrder>,
                                    tile<V, (kMost < 5 ? 4 : 5), 1, kOrder>,
                                    tile<V, (kMost < 6 ? 4 : 6), 1, kOrder>,
                                    tile<V, (kMost < 7 ? 4 : 7), 1, kOrder>,
                                    tile<V, (kMost < 8 ? 4 : 8), 1, kOrder>};
  return kTiles[rows - 1];
}

/// One panel against `rows` rows, in tiles of nearly equal height; the last n columns of a matrix
/// whose width is no multiple of kPanel pass through a tile of their own.
template <class V, Order kOrder, class Done>
inline void panel_product(const float* a, std::int64_t lda, std::int64_t rows, const float* b, std::int64_t k, std::int64_t n, float* c,
                          std::int64_t ldc, bool first, const Done& done) {
  const std::int64_t tiles = (rows + V::kTileRows - 1) / V::kTileRows;
  for (std::int64_t t = 0, r = 0; t < tiles; ++t) {
    const std::int64_t height = (rows - r + tiles - t - 1) / (tiles - t);
    const float* part = kOrder == Order::rows ? a + r * lda : a + r;
    const Tile kernel = tile_of<V, kOrder>(height);
    if (n == kPanel<V>) {
      kernel(part, lda, b, 0, k, c + r * ldc, ldc, first);
    } else {
      alignas(64) float edge[V::kTileRows * kPanel<V>] = {};
      if (!first)
        for (std::int64_t i = 0; i < height; ++i)
          for (std::int64_t j = 0; j < n; ++j) edge[i * kPanel<V> + j] = c[(r + i) * ldc + j];
      kernel(part, lda, b, 0, k, edge, kPanel<V>, first);
      for (std::int64_t i = 0; i < height; ++i)
        for (std::int64_t j = 0; j < n; ++j) c[(r + i) * ldc + j] = edge[i * kPanel<V> + j];
    }
    done(c + r * ldc, height);
    r += height;
  }
}

/// c [rows, n] = (add ? c : 0) + a [rows, k] B, where B's panels lie panel_stride floats apart. When a tile of c
/// is complete, finish(tile, first row, rows, first column, columns) is called on it while it is in L1.
template <class V, class Finish>
inline void matrix_product(const float* a, std::int64_t lda, std::int64_t rows, const float* panels, std::int64_t panel_stride,
                           std::int64_t k, std::int64_t n, float* c, std::int64_t ldc, const Finish& finish, bool add = false) {
  const std::int64_t row_blocks = (rows + kRowBlock - 1) / kRowBlock;
  const std::int64_t depth_blocks = k > 0 ? (k + kDepth - 1) / kDepth : 1;
  const std::int64_t depth = (k + depth_blocks - 1) / depth_blocks;
  for (std::int64_t block = 0, r = 0; block < row_blocks; ++block) {
    const std::int64_t share = (rows - r + row_blocks - block - 1) / (row_blocks - block);
    const std::int64_t whole = (share + V::kTileRows - 1) / V::kTileRows * V::kTileRows;
    const std::int64_t height = whole < rows - r ? whole : rows - r;
    for (std::int64_t d = 0; d < depth_blocks; ++d) {
      const std::int64_t k0 = d * depth, part = k - k0 < depth ? k - k0 : depth;
      const bool first = d == 0 && !add, last = d + 1 == depth_blocks;
      const float* x = a + r * lda + k0;
      for (std::int64_t j = 0; j < n;) {
        const float* b = panels + j / kPanel<V> * panel_stride + k0 * kPanel<V>;
        float* y = c + r * ldc + j;
        std::int64_t width = kPanel<V> < n - j ? kPanel<V> : n - j;
        // One to three rows have too few accumulators in one panel to hide the latency of a multiply-add.
        if (height == 1 && n - j >= 4 * kPanel<V>) {
          tile<V, 1, 4>(x, lda, b, panel_stride, part, y, ldc, first);
          width = 4 * kPanel<V>;
        } else if (height == 2 && n - j >= 2 * kPanel<V>) {
          tile<V, 2, 2>(x, lda, b, panel_stride, part, y, ldc, first);
          width = 2 * kPanel<V>;
        } else {
          panel_product<V, Order::rows>(x, lda, height, b, part, width, y, ldc, first, [&](float* part_of_c, std::int64_t tile_rows) {
            if (last) finish(part_of_c, r + (part_of_c - y) / ldc, tile_rows, j, width);
          });
          j += width;
          continue;
        }
        if (last) finish(y, r, height, j, width);
        j += width;
      }
    }
    r += height;
    if (r >= rows) break;
  }
}

/// c [rows, n] += A^T B of a [k, rows] as it lies, `lda` between its rows: for a few rows and a depth that caches hold.
template <class V>
inline void add_transposed_product(const float* a, std::int64_t lda, std::int64_t rows, const float* panels, std::int64_t panel_stride,
                                   std::int64_t k, std::int64_t n, float* c, std::int64_t ldc) {
  for (std::int64_t j = 0; j < n; j += kPanel<V>)
    panel_product<V, Order::columns>(a, lda, rows, panels + j / kPanel<V> * panel_stride, k, kPanel<V> < n - j ? kPanel<V> : n - j, c + j,
                                     ldc, false, [](float*, std::int64_t) {});
}

}  // namespace albert::backend::cpu
