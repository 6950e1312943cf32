// The activations of backend/activation.h on one vector, and over a row with a bias.
#pragma once

#include <cstdint>

#include "backend/activation.h"
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

/// y [rows, n] (row stride `stride`) = activation(y + bias); `bias` may be read up to the next
/// multiple of V::kWidth.
template <class V, Activation kActivation>
void bias_activation(float* y, std::int64_t stride, std::int64_t rows, std::int64_t n, const float* bias) {
  const std::int64_t whole = n - n % V::kWidth;
  const int rest = static_cast<int>(n - whole);
  for (std::int64_t r = 0; r < rows; ++r, y += stride) {
    for (std::int64_t i = 0; i < whole; i += V::kWidth)
      V::store(y + i, activate<V, kActivation>(V::add(V::load(y + i), V::load(bias + i))));
    if (rest > 0) V::store_some(y + whole, activate<V, kActivation>(V::add(V::load_some(y + whole, rest), V::load(bias + whole))), rest);
  }
}

using BiasActivation = void (*)(float*, std::int64_t, std::int64_t, std::int64_t, const float*);

/// bias_activation of a run-time activation.
template <class V>
inline BiasActivation bias_activation_of(Activation activation) {
  switch (activation) {
    case Activation::gelu:
      return bias_activation<V, Activation::gelu>;
    case Activation::gelu_new:
      return bias_activation<V, Activation::gelu_new>;
    case Activation::gelu_10:
      return bias_activation<V, Activation::gelu_10>;
    case Activation::quick_gelu:
      return bias_activation<V, Activation::quick_gelu>;
    case Activation::relu:
      return bias_activation<V, Activation::relu>;
    case Activation::relu6:
      return bias_activation<V, Activation::relu6>;
    case Activation::relu2:
      return bias_activation<V, Activation::relu2>;
    case Activation::silu:
      return bias_activation<V, Activation::silu>;
    case Activation::mish:
      return bias_activation<V, Activation::mish>;
    case Activation::laplace:
      return bias_activation<V, Activation::laplace>;
    case Activation::sigmoid:
      return bias_activation<V, Activation::sigmoid>;
    case Activation::tanh:
      return bias_activation<V, Activation::tanh>;
    case Activation::none:
      break;
  }
  return bias_activation<V, Activation::none>;
}

}  // namespace albert::backend::cpu
