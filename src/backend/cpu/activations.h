// The activations of backend/activation.h on one vector, and over a row with a bias.
#pragma once

#include <cstdint>

#include "backend/activation.h"
#include "backend/cpu/layer_norm.h"
#include "backend/cpu/math.h"

namespace albert::backend::cpu {

template <class V, Activation kActivation>
inline typename V::F activate(typename V::F x) {
  using F = typename V::F;
  if constexpr (kActivation == Activation::gelu) {
    return V::mul(x, normal_cdf<V>(x));
  } else if constexpr (kActivation == Activation::gelu_10) {
    const F y = V::mul(x, normal_cdf<V>(x));
    return V::min(V::set(10.0F), V::max(V::set(-10.0F), y));
  } else if constexpr (kActivation == Activation::gelu_new) {
    // 0.5 (1 + tanh u) = sigmoid(2 u)
    const F cube = V::mul(V::mul(x, x), x);
    const F u = V::mul(V::set(1.5957691216057308F), V::fma(V::set(0.044715F), cube, x));
    return V::mul(x, sigmoid<V>(u));
  } else if constexpr (kActivation == Activation::quick_gelu) {
    return V::mul(x, sigmoid<V>(V::mul(V::set(1.702F), x)));
  } else if constexpr (kActivation == Activation::relu) {
    return V::max(V::zero(), x);
  } else if constexpr (kActivation == Activation::relu6) {
    return V::min(V::set(6.0F), V::max(V::zero(), x));
  } else if constexpr (kActivation == Activation::relu2) {
    const F y = V::max(V::zero(), x);
    return V::mul(y, y);
  } else if constexpr (kActivation == Activation::silu) {
    return V::mul(x, sigmoid<V>(x));
  } else if constexpr (kActivation == Activation::mish) {
    // tanh(log(1 + e)) = (e^2 + 2 e) / (e^2 + 2 e + 2); above 20 it is 1.
    const F e = exp<V>(V::min(V::set(20.0F), x));
    const F n = V::mul(e, V::add(e, V::set(2.0F)));
    return V::mul(x, V::div(n, V::add(n, V::set(2.0F))));
  } else if constexpr (kActivation == Activation::laplace) {
    // 0.5 (1 + erf(z)) = Phi(sqrt(2) z)
    return normal_cdf<V>(V::div(V::sub(x, V::set(0.707107F)), V::set(0.282095F)));
  } else if constexpr (kActivation == Activation::sigmoid) {
    return sigmoid<V>(x);
  } else if constexpr (kActivation == Activation::tanh) {
    return tanh<V>(x);
  } else {
    return x;
  }
}

/// The derivative of `activate`; at a corner, what PyTorch takes.
template <class V, Activation kActivation>
inline typename V::F slope(typename V::F x) {
  using F = typename V::F;
  const F one = V::set(1.0F), zero = V::zero();
  // s + x s (1 - s) for a sigmoid s of scale * x
  const auto swish = [&](float scale) {
    const F s = sigmoid<V>(V::mul(V::set(scale), x));
    return V::fma(V::mul(V::mul(V::set(scale), x), s), V::sub(one, s), s);
  };
  if constexpr (kActivation == Activation::gelu) {
    return V::fma(x, normal_density<V>(x), normal_cdf<V>(x));
  } else if constexpr (kActivation == Activation::gelu_10) {
    const F inside = V::fma(x, normal_density<V>(x), normal_cdf<V>(x));
    return V::select(V::less(V::set(10.0F), V::abs(activate<V, Activation::gelu>(x))), zero, inside);
  } else if constexpr (kActivation == Activation::gelu_new) {
    // s + x s (1 - s) u' for the sigmoid s of u = 2 sqrt(2 / pi) (x + 0.044715 x^3)
    const F square = V::mul(x, x);
    const F s = sigmoid<V>(V::mul(V::set(1.5957691216057308F), V::fma(V::set(0.044715F), V::mul(square, x), x)));
    const F du = V::mul(V::set(1.5957691216057308F), V::fma(V::set(0.134145F), square, one));
    return V::fma(V::mul(V::mul(x, s), V::sub(one, s)), V::min(V::set(3.0e38F), du), s);
  } else if constexpr (kActivation == Activation::quick_gelu) {
    return swish(1.702F);
  } else if constexpr (kActivation == Activation::relu) {
    return V::select(V::less(zero, x), one, zero);
  } else if constexpr (kActivation == Activation::relu6) {
    return V::select(V::less(zero, x), V::select(V::less(x, V::set(6.0F)), one, zero), zero);
  } else if constexpr (kActivation == Activation::relu2) {
    return V::mul(V::set(2.0F), V::max(zero, x));
  } else if constexpr (kActivation == Activation::silu) {
    return swish(1.0F);
  } else if constexpr (kActivation == Activation::mish) {
    // t + x (1 - t^2) sigmoid(x), with t = n / (n + 2) and 1 - t^2 = 4 (n + 1) / (n + 2)^2; above 20, 1.
    const F e = exp<V>(V::min(V::set(20.0F), x));
    const F n = V::mul(e, V::add(e, V::set(2.0F)));
    const F inverse = V::div(one, V::add(n, V::set(2.0F)));
    const F rest = V::mul(V::mul(V::set(4.0F), V::add(n, one)), V::mul(inverse, inverse));
    return V::fma(V::mul(x, rest), sigmoid<V>(x), V::mul(n, inverse));
  } else if constexpr (kActivation == Activation::laplace) {
    return V::div(normal_density<V>(V::div(V::sub(x, V::set(0.707107F)), V::set(0.282095F))), V::set(0.282095F));
  } else if constexpr (kActivation == Activation::sigmoid) {
    const F s = sigmoid<V>(x);
    return V::mul(s, V::sub(one, s));
  } else if constexpr (kActivation == Activation::tanh) {
    const F t = tanh<V>(x);
    return V::fnma(t, t, one);
  } else {
    return one;
  }
}

/// y [rows, n] (row stride `stride`) = activation(y + bias); `bias` may be read up to the next multiple of V::kWidth.
/// With kKeep, `before` (laid out as y) gets y + bias.
template <class V, Activation kActivation, bool kKeep>
void bias_activation(float* y, std::int64_t stride, std::int64_t rows, std::int64_t n, const float* bias, float* before) {
  const std::int64_t whole = n - n % V::kWidth;
  const int rest = static_cast<int>(n - whole);
  for (std::int64_t r = 0; r < rows; ++r, y += stride) {
    for (std::int64_t i = 0; i < whole; i += V::kWidth) {
      const typename V::F x = V::add(V::load(y + i), V::load(bias + i));
      if constexpr (kKeep) V::store(before + i, x);
      V::store(y + i, activate<V, kActivation>(x));
    }
    if (rest > 0) {
      const typename V::F x = V::add(V::load_some(y + whole, rest), V::load(bias + whole));
      if constexpr (kKeep) V::store_some(before + whole, x, rest);
      V::store_some(y + whole, activate<V, kActivation>(x), rest);
    }
    if constexpr (kKeep) before += stride;
  }
}

/// dy [rows, n] (row stride `stride`) *= activation'(before).
template <class V, Activation kActivation>
void activation_backward(float* dy, std::int64_t stride, std::int64_t rows, std::int64_t n, const float* before) {
  for (std::int64_t r = 0; r < rows; ++r, dy += stride, before += stride)
    for (std::int64_t i = 0; i < n; i += V::kWidth) {
      const int m = n - i < V::kWidth ? static_cast<int>(n - i) : V::kWidth;
      store_upto<V>(dy + i, V::mul(load_upto<V>(dy + i, m), slope<V, kActivation>(load_upto<V>(before + i, m))), m);
    }
}

using BiasActivation = void (*)(float*, std::int64_t, std::int64_t, std::int64_t, const float*, float*);
using ActivationBackward = void (*)(float*, std::int64_t, std::int64_t, std::int64_t, const float*);

/// What the kernels do with one activation.
struct ActivationKernels {
  BiasActivation apply, apply_and_keep;
  ActivationBackward backward;
};

template <class V, Activation kActivation>
inline ActivationKernels activation_kernels() {
  return {bias_activation<V, kActivation, false>, bias_activation<V, kActivation, true>, activation_backward<V, kActivation>};
}

template <class V>
inline ActivationKernels activation_kernels_of(Activation activation) {
  switch (activation) {
    case Activation::gelu:
      return activation_kernels<V, Activation::gelu>();
    case Activation::gelu_new:
      return activation_kernels<V, Activation::gelu_new>();
    case Activation::gelu_10:
      return activation_kernels<V, Activation::gelu_10>();
    case Activation::quick_gelu:
      return activation_kernels<V, Activation::quick_gelu>();
    case Activation::relu:
      return activation_kernels<V, Activation::relu>();
    case Activation::relu6:
      return activation_kernels<V, Activation::relu6>();
    case Activation::relu2:
      return activation_kernels<V, Activation::relu2>();
    case Activation::silu:
      return activation_kernels<V, Activation::silu>();
    case Activation::mish:
      return activation_kernels<V, Activation::mish>();
    case Activation::laplace:
      return activation_kernels<V, Activation::laplace>();
    case Activation::sigmoid:
      return activation_kernels<V, Activation::sigmoid>();
    case Activation::tanh:
      return activation_kernels<V, Activation::tanh>();
    case Activation::none:
      break;
  }
  return activation_kernels<V, Activation::none>();
}

}  // namespace albert::backend::cpu
