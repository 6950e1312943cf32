#include "albert/optimizer.h"

#include <cmath>

#include "base/check.h"
#include "train/optimizer/optimizers.h"

namespace albert {
namespace {

void check(const OptimizedParameter& parameter) {
  require(parameter.value.dtype() == DType::f32, ErrorCode::type, "parameter '{}': expected float32, got {}", parameter.name,
          to_string(parameter.value.dtype()));
  if (parameter.gradient.size() == 0) return;
  require(parameter.gradient.dtype() == DType::f32, ErrorCode::type, "gradient of '{}': expected float32, got {}", parameter.name,
          to_string(parameter.gradient.dtype()));
  require(parameter.gradient.shape() == parameter.value.shape(), ErrorCode::value, "gradient of '{}': expected shape {}, got {}",
          parameter.name, to_string(parameter.value.shape()), to_string(parameter.gradient.shape()));
}

}  // namespace

Optimizer::~Optimizer() = default;

void Optimizer::step(std::span<OptimizedParameter> parameters, double learning_rate) {
  require(std::isfinite(learning_rate), ErrorCode::value, "learning_rate: expected a finite number, got {}", learning_rate);
  for (auto& parameter : parameters) check(parameter);
  update(parameters, learning_rate);
  ++steps_;
}

void check_fraction(const char* name, double value) {
  require(value >= 0 && value < 1, ErrorCode::value, "{}: expected a number from 0 up, below 1, got {}", name, value);
}

void check_not_negative(const char* name, double value) {
  require(std::isfinite(value) && value >= 0, ErrorCode::value, "{}: expected a number from 0 up, got {}", name, value);
}

std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, int threads) {
  if (const auto* adamw = std::get_if<AdamWOptions>(&options)) return make_adamw(*adamw, threads);
  if (const auto* lamb = std::get_if<LambOptions>(&options)) return make_lamb(*lamb, threads);
  if (const auto* adafactor = std::get_if<AdafactorOptions>(&options)) return make_adafactor(*adafactor, threads);
  return make_sgd(std::get<SgdOptions>(options), threads);
}

}  // namespace albert
