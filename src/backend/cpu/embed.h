// Embedding lookup, sum and LayerNorm of rows first ... last - 1.
#pragma once

#include <cstdint>

#include "backend/backend.h"
#include "backend/cpu/layer_norm.h"

namespace albert::backend::cpu {

template <class V, bool kNormalize>
void embed_rows(const EmbedArguments<float>& arguments, std::int64_t first, std::int64_t last, float* out) {
  using F = typename V::F;
  const std::int64_t width = arguments.width;
  for (std::int64_t r = first; r < last; ++r) {
    float* y = out + r * width;
    if (arguments.ids && arguments.ids[r] < 0) {
      for (std::int64_t i = 0; i < width; ++i) y[i] = __builtin_nanf("");
      continue;
    }
    const float* word = arguments.ids ? arguments.word_table + arguments.ids[r] * width : arguments.embeds + r * width;
    const float* second = arguments.type_table + arguments.types[r] * width;
    const float* third = arguments.position_table ? arguments.position_table + arguments.positions[r] * width : nullptr;
    if (arguments.position_before_type && third) {
      const float* type = second;
      second = third;
      third = type;
    }
    [[maybe_unused]] const float sum = sum_over<V>(width, [&](std::int64_t i, int n) {
      F v = V::add(load_upto<V>(word + i, n), load_upto<V>(second + i, n));
      if (third) v = V::add(v, load_upto<V>(third + i, n));
      store_upto<V>(y + i, v, n);
      return v;
    });
    if constexpr (kNormalize) normalize_row<V>(y, width, sum, arguments.layer_norm);
  }
}

}  // namespace albert::backend::cpu
