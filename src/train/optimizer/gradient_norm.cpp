#include <algorithm>
#include <cmath>

#include "albert/optimizer.h"
#include "base/check.h"
#include "train/optimizer/moments.h"

namespace albert {

double gradient_norm(std::span<const OptimizedParameter> parameters) {
  double sum = 0;
  for (const auto& parameter : parameters) {
    if (parameter.gradient.size() == 0) continue;
    sum += sum_of_squares(parameter.gradient.values<float>().data(), parameter.gradient.size());
  }
  return std::sqrt(sum);
}

double clip_gradient_norm(std::span<OptimizedParameter> parameters, double max_norm, ClipRule rule) {
  require(max_norm > 0, ErrorCode::value, "max_norm: expected a number above 0, got {}", max_norm);
  const double norm = gradient_norm(parameters);
  const double scale = max_norm / (rule == ClipRule::torch ? norm + 1e-6 : std::max(norm, max_norm));
  if (!std::isfinite(norm) || scale >= 1.0) return norm;
  const auto factor = static_cast<float>(scale);
  for (auto& parameter : parameters) {
    if (parameter.gradient.size() == 0) continue;
    for (float& one : parameter.gradient.mutable_values<float>()) one *= factor;
  }
  return norm;
}

}  // namespace albert
