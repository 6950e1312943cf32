// The table of kernels that each instruction set fills in, and the tasks they take.
//
// A task is a piece of an operation for one thread. Nothing here uses the standard library beyond
// integers: code compiled for one instruction set must not leave inline functions behind that the
// linker could pick for all.
#pragma once

#include <cstdint>

#include "backend/activation.h"
#include "backend/backend.h"

namespace albert::backend::cpu {

/// out [rows, columns] = activation((add ? out : 0) + x [rows, in] W^T + bias), W in panels of Kernels::panel columns.
struct LinearTask {
  const float* x;
  std::int64_t x_stride, rows, in;
  const float* panels;  ///< of the first column: [columns / panel][in][panel]
  std::int64_t columns;
  const float* bias;  ///< of the first column, readable up to whole panels; null: leave the bare product
  Activation activation;
  float* out;
  std::int64_t out_stride;
  bool add;
  float* before;  ///< what the activation is applied to, laid out as out; null: not wanted
};

/// dw [columns, in] += dy [rows, columns]^T x, dbias [columns] += the sum of dy's rows.
struct WeightsTask {
  const float* x;  ///< in panels, as pack_rows lays them
  std::int64_t rows, in;
  const float* dy;
  std::int64_t dy_stride, columns;
  float* dw;  ///< [columns, dw_stride]
  std::int64_t dw_stride;
  float* dbias;    ///< null: not wanted
  float* scratch;  ///< Kernels::weights_scratch(rows) floats, 64-byte aligned
};

/// out [rows, width] = LayerNorm(residual + dropout(x + bias)); residual and bias may be null, out
/// may be x or residual.
struct LayerNormTask {
  const float* x;
  std::int64_t x_stride, rows, width;
  const float* bias;
  const float* residual;
  LayerNormWeights<float> weights;
  Dropout dropout;  ///< first_row is that of row 0 of the task
  float* row;       ///< scratch [width], when dropout is active
  float* out;
  float* sums;  ///< what is normalised goes here too, or null
};

/// dx [rows, width] is the gradient of x where LayerNorm(x) has that of dy; dx may be dy. The shares of gamma and
/// beta are written.
struct LayerNormBackwardTask {
  const float *x, *dy;
  std::int64_t rows, width;
  LayerNormWeights<float> weights;
  float* dx;
  float *dgamma, *dbeta;  ///< [width]
};

/// Queries first ... last - 1 of one sequence and one head.
struct AttentionTask {
  const float *query, *key, *value;  ///< of token 0 of the sequence, of this head
  std::int64_t row_stride, length, head_size;
  std::int64_t first, last;
  float scale;  ///< 1 / sqrt(d), on the query or on the product
  bool scale_query;
  const float* mask;  ///< [S], or [S, S] when mask_per_query, or null
  bool mask_per_query;
  RelativeTerms relative;
  const float* relative_table;  ///< [2P - 1, d]
  std::int64_t max_positions;
  const std::int32_t* slots;  ///< [S]
  float offset;               ///< added to every score after the mask
  Dropout dropout;
  std::uint64_t dropout_row, dropout_rows_per_query;  ///< query l draws from row dropout_row + l * dropout_rows_per_query
  const float* head_mask;                             ///< of query 0, key 0; null: none
  std::int64_t head_mask_query, head_mask_key;        ///< its strides
  float* probabilities;                               ///< [S, S] of this head, or null
  float* context;                                     ///< of token 0 of the sequence, of this head
  std::int64_t context_stride;
  float* scratch;  ///< Kernels::attention_scratch(length, head_size) floats, 64-byte aligned
};

/// The backward of all queries of one sequence and one head: dq, dk and dv are written.
struct AttentionBackwardTask {
  AttentionTask forward;          ///< its context, probabilities and scratch are not used
  const float* dcontext;          ///< of token 0 of the sequence, of this head; null: zeros
  const float* dprobabilities;    ///< [S, S] of this head, or null
  float *dquery, *dkey, *dvalue;  ///< of token 0 of the sequence, of this head
  std::int64_t row_stride;
  float* drelative;  ///< [2P - 1, d], added to; null without relative terms
  float* scratch;    ///< Kernels::attention_backward_scratch(length, head_size) floats, 64-byte aligned
};

struct Kernels {
  const char* name;
  std::int64_t panel;  ///< columns of a GEMM panel
  std::int64_t tile_rows;
  void (*linear)(const LinearTask&);
  /// x [rows, in] (row stride x_stride) in panels first ... last - 1 of [rows, panel], with zeros beyond `in`.
  void (*pack_rows)(const float* x, std::int64_t rows, std::int64_t x_stride, std::int64_t in, std::int64_t first, std::int64_t last,
                    float* panels);
  void (*weights)(const WeightsTask&);
  std::int64_t (*weights_scratch)(std::int64_t rows);
  void (*layer_norm)(const LayerNormTask&);
  void (*layer_norm_backward)(const LayerNormBackwardTask&);
  /// dy [rows, n] (row stride `stride`) *= activation'(before).
  void (*activation_backward)(Activation, float* dy, std::int64_t stride, std::int64_t rows, std::int64_t n, const float* before);
  void (*embed)(const EmbedArguments<float>&, std::int64_t first, std::int64_t last, float* out);       ///< without dropout
  void (*embed_sums)(const EmbedArguments<float>&, std::int64_t first, std::int64_t last, float* out);  ///< without LayerNorm too
  void (*attention)(const AttentionTask&);
  std::int64_t (*attention_scratch)(std::int64_t length, std::int64_t head_size);
  void (*attention_backward)(const AttentionBackwardTask&);
  std::int64_t (*attention_backward_scratch)(std::int64_t length, std::int64_t head_size);
  /// Largest of x [n] and the sum of exp(x - largest).
  void (*log_sum)(const float* x, std::int64_t n, float* largest, double* sum);
  /// out [n] = scale exp(x - largest).
  void (*exponentials)(const float* x, std::int64_t n, float largest, float scale, float* out);
  void (*add)(const float* x, std::int64_t n, float* y);  ///< y += x
};

extern const Kernels kScalarKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

/// x [n] = dropout(x); x[i] is element first + i of the stream.
void drop(float* x, std::int64_t n, std::uint64_t first, const Dropout& dropout);

}  // namespace albert::backend::cpu
