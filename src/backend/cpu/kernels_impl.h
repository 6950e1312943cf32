// One table of kernels for vector type V.
#pragma once

#include "backend/cpu/activations.h"
#include "backend/cpu/attention.h"
#include "backend/cpu/attention_backward.h"
#include "backend/cpu/embed.h"
#include "backend/cpu/gemm.h"
#include "backend/cpu/kernels.h"
#include "backend/cpu/layer_norm.h"
#include "backend/cpu/losses.h"
#include "backend/cpu/weights.h"

namespace albert::backend::cpu {

template <class V>
void linear_block(const LinearTask& task) {
  const ActivationKernels activation = activation_kernels_of<V>(task.activation);
  matrix_product<V>(
      task.x, task.x_stride, task.rows, task.panels, task.in * kPanel<V>, task.in, task.columns, task.out, task.out_stride,
      [&](float* y, std::int64_t, std::int64_t rows, std::int64_t first, std::int64_t columns) {
        if (task.before)
          activation.apply_and_keep(y, task.out_stride, rows, columns, task.bias + first, task.before + (y - task.out));
        else if (task.bias)
          activation.apply(y, task.out_stride, rows, columns, task.bias + first, nullptr);
      },
      task.add);
}

template <class V>
void activation_backward_rows(Activation activation, float* dy, std::int64_t stride, std::int64_t rows, std::int64_t n,
                              const float* before) {
  activation_kernels_of<V>(activation).backward(dy, stride, rows, n, before);
}

template <class V>
constexpr Kernels make_kernels(const char* name) {
  return {name,
          kPanel<V>,
          V::kTileRows,
          linear_block<V>,
          pack_rows<V>,
          weights_gradient<V>,
          weights_scratch<V>,
          layer_norm_rows<V>,
          layer_norm_backward_rows<V>,
          activation_backward_rows<V>,
          embed_rows<V, true>,
          embed_rows<V, false>,
          attention_head<V>,
          attention_scratch<V>,
          attention_head_backward<V>,
          attention_backward_scratch<V>,
          log_sum<V>,
          scaled_exponentials<V>,
          add_row<V>};
}

}  // namespace albert::backend::cpu
