// The activation functions that a configuration can name, and the names each framework accepts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "albert/flavor.h"

namespace albert::backend {

/// Formulas: docs of transformers.activations; x is the pre-activation, Phi the normal distribution function.
enum class Activation {
  none,        ///< x
  gelu,        ///< x Phi(x), by erf
  gelu_new,    ///< 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  gelu_10,     ///< clip(gelu(x), -10, 10)
  quick_gelu,  ///< x sigmoid(1.702 x)
  relu,
  relu6,    ///< min(max(0, x), 6)
  relu2,    ///< relu(x)^2
  silu,     ///< x sigmoid(x)
  mish,     ///< x tanh(log(1 + e^x))
  laplace,  ///< 0.5 (1 + erf((x - 0.707107) / (0.282095 sqrt 2)))
  sigmoid,
  tanh,
};

/// The activation behind a `hidden_act` name in one framework, or null when that framework has none.
[[nodiscard]] std::optional<Activation> activation_from_name(std::string_view name, Flavor flavor) noexcept;

/// x[m, i] becomes x[m, i] sigmoid(x[m, width / 2 + i]) for i < width / 2 in rows of `stride` elements (TensorFlow's
/// glu). Plain code on every machine: no published model has it.
template <class T>
void gate_rows(T* x, std::int64_t rows, std::int64_t width, std::int64_t stride);

/// dx [rows, stride] holds the gradients of the gated half; it becomes that of all `width` columns of x, the
/// rows before the gate.
template <class T>
void gate_rows_backward(const T* x, std::int64_t rows, std::int64_t width, std::int64_t stride, T* dx);

}  // namespace albert::backend
