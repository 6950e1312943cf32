// Optimizers: from gradients to the next values of the parameters.
//
//   auto optimizer = albert::make_optimizer(albert::AdamWOptions{.weight_decay = 0.01});
//   albert::clip_gradient_norm(parameters, 1.0);
//   optimizer->step(parameters, schedule(optimizer->steps()));
//
// Everything is float32 and element by element, norms are summed in double in an order that does
// not depend on the number of threads: the same numbers give the same bits on every machine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "albert/export.h"
#include "albert/safetensors.h"
#include "albert/tensor.h"

namespace ALBERT_API albert {

/// One tensor to be trained. All float32; `gradient` has the shape of `value`, or is empty for a
/// parameter that is to stay as it is (the reference's `grad is None`).
struct OptimizedParameter {
  std::string name;
  Tensor value;  ///< owns its storage; written in place
  Tensor gradient;
  bool weight_decay = true;  ///< false: neither decayed nor (LAMB) scaled by a trust ratio
};

/// AdamW (Loshchilov and Hutter, arXiv 1711.05101), by default that of the reference's trainer
/// (torch.optim.AdamW). Without bias correction it is the one of Google's ALBERT code.
struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weight_decay = 0.0;
  bool bias_correction = true;
};

/// LAMB (You et al., arXiv 1904.00962) as Google's ALBERT code has it: no bias correction, one trust
/// ratio a tensor, and none for tensors that are not decayed.
struct LambOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-6;
  double weight_decay = 0.01;
};

/// Adafactor (Shazeer and Stern, arXiv 1804.04235), the reference's class of that name.
struct AdafactorOptions {
  double epsilon1 = 1e-30;  ///< added to squared gradients
  double epsilon2 = 1e-3;   ///< least scale of a parameter
  double clip_threshold = 1.0;
  double decay_rate = -0.8;
  std::optional<double> beta1{};  ///< a first moment too
  double weight_decay = 0.0;
  bool scale_parameter = true;
  bool relative_step = true;  ///< the rate follows the step count; the one given to step() is not used
  bool warmup_init = false;
};

/// Stochastic gradient descent (torch.optim.SGD): the decay is added to the gradient.
struct SgdOptions {
  double momentum = 0.0, dampening = 0.0;
  double weight_decay = 0.0;
  bool nesterov = false;
};

using OptimizerOptions = std::variant<AdamWOptions, LambOptions, AdafactorOptions, SgdOptions>;

class Optimizer {
 public:
  virtual ~Optimizer();
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Writes the next values into `parameters[i].value`. State is kept by name and made when a
  /// parameter first has a gradient. Error{value} for shapes that do not fit each other or the
  /// state, Error{type} for other than float32; nothing has changed then.
  void step(std::span<OptimizedParameter> parameters, double learning_rate);

  [[nodiscard]] std::int64_t steps() const noexcept { return steps_; }  ///< calls of step() so far

  /// What a checkpoint must hold besides the parameters, as "exp_avg.NAME" ...: views of the state.
  [[nodiscard]] virtual TensorList state() const = 0;
  /// Goes on where the optimizer that gave `state` after `steps` steps stood. Error{key} for a name
  /// that is not this optimizer's.
  virtual void load_state(const TensorList& state, std::int64_t steps) = 0;

 protected:
  Optimizer() = default;
  virtual void update(std::span<OptimizedParameter> parameters, double learning_rate) = 0;
  std::int64_t steps_ = 0;
};

/// `threads`: 0 for one a core this process may use. Error{value} for options out of range.
[[nodiscard]] std::unique_ptr<Optimizer> make_optimizer(const OptimizerOptions& options, int threads = 0);

/// The 2-norm of all gradients together.
[[nodiscard]] double gradient_norm(std::span<const OptimizedParameter> parameters);

/// How a gradient beyond `max_norm` is scaled: by max_norm / (norm + 1e-6), or by exactly max_norm / norm.
enum class ClipRule {
  torch,       ///< torch.nn.utils.clip_grad_norm_
  tensorflow,  ///< tf.clip_by_global_norm
};
/// Scales all gradients in place so that their norm together is at most `max_norm`; returns the norm
/// that they had. Gradients that hold NaN or infinity are left as they are.
double clip_gradient_norm(std::span<OptimizedParameter> parameters, double max_norm, ClipRule rule = ClipRule::torch);

/// Exponential moving average of the parameters: shadow = decay * shadow + (1 - decay) * value.
class ParameterAverage {
 public:
  /// Starts at the values themselves. Error{value} unless 0 <= decay < 1.
  ParameterAverage(std::span<const OptimizedParameter> parameters, double decay);
  /// The same parameters in the same order as at construction. Error{value}.
  void update(std::span<const OptimizedParameter> parameters);
  [[nodiscard]] const TensorList& values() const noexcept { return values_; }
  void load(const TensorList& values);  ///< Error{key|value}

 private:
  double decay_;
  TensorList values_;
};

}  // namespace ALBERT_API albert
