// One table of kernels for vector type V.
#pragma once

#include "backend/cpu/activations.h"
#include "backend/cpu/attention.h"
#include "backend/cpu/embed.h"
#include "backend/cpu/gemm.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/layer_norm.h"
#include "backend/cpu/losses.h"

namespace albert::backend::cpu {

template <class V>
void linear_block(const LinearTask& task) {
  const BiasActivation epilogue = bias_activation_of<V>(task.activation);
  matrix_product<V>(task.x, task.x_stride, task.rows, task.panels, task.in * kPanel<V>, task.in, task.columns, task.out, task.out_stride,
                    [&](float* y, std::int64_t, std::int64_t rows, std::int64_t first, std::int64_t columns) {
                      if (task.bias) epilogue(y, task.out_stride, rows, columns, task.bias + first);
                    });
}

template <class V>
constexpr Kernels make_kernels(const char* name) {
  return {name,          kPanel<V>,         V::kTileRows,         linear_block<V>, layer_norm_rows<V>,
          embed_rows<V>, attention_head<V>, attention_scratch<V>, log_sum<V>};
}

}  // namespace albert::backend::cpu
