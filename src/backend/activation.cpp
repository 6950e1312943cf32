#include "backend/activation.h"

#include <array>
#include <cmath>
#include <utility>

namespace albert::backend {
namespace {

struct Name {
  std::string_view name;
  Activation activation;
  bool pytorch, tensorflow, flax;
};

// Which `hidden_act` names each framework knows. TensorFlow's glu is none of them: it halves its
// input's width, which the feed-forward block does (gate_rows).
constexpr std::array kNames{
    Name{"gelu", Activation::gelu, true, true, true},
    Name{"gelu_python", Activation::gelu, true, false, false},
    Name{"gelu_new", Activation::gelu_new, true, true, true},
    Name{"gelu_accurate", Activation::gelu_new, true, false, false},
    Name{"gelu_pytorch_tanh", Activation::gelu_new, true, false, false},
    Name{"gelu_fast", Activation::gelu_new, true, true, false},
    Name{"gelu_10", Activation::gelu_10, true, true, false},
    Name{"quick_gelu", Activation::quick_gelu, true, true, true},
    Name{"relu", Activation::relu, true, true, true},
    Name{"relu6", Activation::relu6, true, false, false},
    Name{"relu2", Activation::relu2, true, false, false},
    Name{"silu", Activation::silu, true, true, true},
    Name{"swish", Activation::silu, true, true, true},
    Name{"mish", Activation::mish, true, true, false},
    Name{"laplace", Activation::laplace, true, false, false},
    Name{"sigmoid", Activation::sigmoid, true, true, false},
    Name{"tanh", Activation::tanh, true, true, false},
    Name{"linear", Activation::none, true, false, false},
};

}  // namespace

std::optional<Activation> activation_from_name(std::string_view name, Flavor flavor) noexcept {
  for (const auto& row : kNames) {
    const bool known = flavor == Flavor::pytorch ? row.pytorch : flavor == Flavor::tensorflow ? row.tensorflow : row.flax;
    if (known && row.name == name) return row.activation;
  }
  return std::nullopt;
}

template <class T>
void gate_rows(T* x, std::int64_t rows, std::int64_t width, std::int64_t stride) {
  const std::int64_t half = width / 2;
  for (T* row = x; row < x + rows * stride; row += stride)
    for (std::int64_t i = 0; i < half; ++i) row[i] /= 1 + std::exp(-row[half + i]);
}

template <class T>
void gate_rows_backward(const T* x, std::int64_t rows, std::int64_t width, std::int64_t stride, T* dx) {
  const std::int64_t half = width / 2;
  for (std::int64_t r = 0; r < rows; ++r, x += stride, dx += stride)
    for (std::int64_t i = 0; i < half; ++i) {
      const T gate = 1 / (1 + std::exp(-x[half + i])), d = dx[i];
      dx[i] = d * gate;
      dx[half + i] = d * x[i] * gate * (1 - gate);
    }
}

template void gate_rows(float*, std::int64_t, std::int64_t, std::int64_t);
template void gate_rows(double*, std::int64_t, std::int64_t, std::int64_t);
template void gate_rows_backward(const float*, std::int64_t, std::int64_t, std::int64_t, float*);
template void gate_rows_backward(const double*, std::int64_t, std::int64_t, std::int64_t, double*);

}  // namespace albert::backend
