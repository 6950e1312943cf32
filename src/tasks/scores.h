// Logits to scores, in float32 as the reference computes them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace albert::tasks {

[[nodiscard]] std::vector<float> softmax(std::span<const float> logits);
[[nodiscard]] std::vector<float> sigmoid(std::span<const float> logits);
/// Index of the first largest value; 0 when there is none.
[[nodiscard]] std::size_t arg_max(std::span<const float> values);
/// Indices by descending value, equal ones in order; at most `count`.
[[nodiscard]] std::vector<std::size_t> sorted_descending(std::span<const float> values, std::size_t count);

}  // namespace albert::tasks
