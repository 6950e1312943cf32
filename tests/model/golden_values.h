// Values of goldens that are not stored: the same functions as tests/golden/philox.py.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "albert/tensor.h"
#include "base/name_hash.h"
#include "base/random.h"

namespace albert::testing {

/// float32: N(0, deviation^2), around 1 for the scale of a LayerNorm.
inline Tensor golden_value(std::uint64_t seed, std::string_view name, const std::vector<std::int64_t>& shape, double deviation) {
  Tensor tensor(DType::f32, shape);
  const double center = name.ends_with("LayerNorm.weight") || name.ends_with("layer_norm.weight") ? 1.0 : 0.0;
  std::uint64_t i = 0;
  for (float& value : tensor.mutable_values<float>()) value = static_cast<float>(center + deviation * normal(seed, name_hash(name), i++));
  return tensor;
}

}  // namespace albert::testing
