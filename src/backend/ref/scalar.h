// Formulas on single numbers and single rows that several operations share.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "backend/backend.h"
#include "base/random.h"

namespace albert::backend {

/// sum_i x[i] y[i]
template <class T>
double dot(const T* x, const T* y, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
  return sum;
}

/// The activation of one pre-activation (formulas: activation.h). NaN stays NaN.
inline double activate(Activation activation, double x) {
  const auto gelu = [](double v) { return 0.5 * v * (1 + std::erf(v / std::numbers::sqrt2)); };
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::gelu:
      return gelu(x);
    case Activation::gelu_new:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::gelu_10:
      return std::clamp(gelu(x), -10.0, 10.0);
    case Activation::quick_gelu:
      return x * sigmoid(1.702 * x);
    case Activation::relu:
      return x < 0 ? 0 : x;
    case Activation::relu6:
      return std::clamp(x, 0.0, 6.0);
    case Activation::relu2:
      return x < 0 ? 0 : x * x;
    case Activation::silu:
      return x * sigmoid(x);
    case Activation::mish:
      return x * std::tanh(x > 20 ? x : std::log1p(std::exp(x)));
    case Activation::laplace:
      return 0.5 * (1 + std::erf((x - 0.707107) / (0.282095 * std::numbers::sqrt2)));
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::tanh:
      return std::tanh(x);
  }
  return x;
}

/// The derivative of `activate`; at a corner, what PyTorch takes.
inline double activation_slope(Activation activation, double x) {
  const auto density = [](double v) { return std::exp(-0.5 * v * v) / std::sqrt(2 * std::numbers::pi); };
  const auto gelu_slope = [&](double v) { return 0.5 * (1 + std::erf(v / std::numbers::sqrt2)) + v * density(v); };
  const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
  switch (activation) {
    case Activation::none:
      return 1;
    case Activation::gelu:
      return gelu_slope(x);
    case Activation::gelu_new: {
      const double root = std::sqrt(2 / std::numbers::pi), t = std::tanh(root * (x + 0.044715 * x * x * x));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x);
    }
    case Activation::gelu_10:
      return std::abs(activate(Activation::gelu, x)) > 10 ? 0 : gelu_slope(x);
    case Activation::quick_gelu: {
      const double s = sigmoid(1.702 * x);
      return s + 1.702 * x * s * (1 - s);
    }
    case Activation::relu:
      return x <= 0 ? 0 : 1;
    case Activation::relu6:
      return x <= 0 || x >= 6 ? 0 : 1;
    case Activation::relu2:
      return x <= 0 ? 0 : 2 * x;
    case Activation::silu: {
      const double s = sigmoid(x);
      return s + x * s * (1 - s);
    }
    case Activation::mish: {
      const double t = std::tanh(x > 20 ? x : std::log1p(std::exp(x)));
      return t + x * (1 - t * t) * sigmoid(x);
    }
    case Activation::laplace:
      return density((x - 0.707107) / 0.282095) / 0.282095;
    case Activation::sigmoid: {
      const double s = sigmoid(x);
      return s * (1 - s);
    }
    case Activation::tanh: {
      const double t = std::tanh(x);
      return 1 - t * t;
    }
  }
  return 1;
}

/// y = (x - mean) / sqrt(var + eps) * gamma + beta over one row; x and y may be the same.
template <class T>
void layer_norm_row(const T* x, std::int64_t width, const LayerNormWeights<T>& weights, T* y) {
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < width; ++i) {
    sum += x[i];
    squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  }
  const double mean = sum / static_cast<double>(width);
  double variance = 0;
  if (weights.fast_variance) {
    variance = std::max(0.0, squares / static_cast<double>(width) - mean * mean);
  } else {
    for (std::int64_t i = 0; i < width; ++i) variance += (x[i] - mean) * (x[i] - mean);
    variance /= static_cast<double>(width);
  }
  const double scale = 1 / std::sqrt(variance + weights.eps);
  for (std::int64_t i = 0; i < width; ++i)
    y[i] = static_cast<T>((x[i] - mean) * scale * static_cast<double>(weights.gamma[i]) + static_cast<double>(weights.beta[i]));
}

/// dx of one row of layer_norm_row, and its share of the gradients of gamma and beta in double; dx may be dy.
template <class T>
void layer_norm_row_backward(const T* x, std::int64_t width, const LayerNormWeights<T>& weights, const T* dy, T* dx, double* dgamma,
                             double* dbeta) {
  const auto count = static_cast<double>(width);
  double mean = 0, variance = 0;
  for (std::int64_t i = 0; i < width; ++i) mean += x[i];
  mean /= count;
  for (std::int64_t i = 0; i < width; ++i) variance += (x[i] - mean) * (x[i] - mean);
  const double scale = 1 / std::sqrt(variance / count + weights.eps);
  // With n = (x - mean) scale and g = dy gamma: dx = scale (g - mean(g) - n mean(g n)).
  double sum = 0, product = 0;
  for (std::int64_t i = 0; i < width; ++i) {
    const double n = (x[i] - mean) * scale, g = static_cast<double>(dy[i]) * static_cast<double>(weights.gamma[i]);
    sum += g;
    product += g * n;
    dgamma[i] += static_cast<double>(dy[i]) * n;
    dbeta[i] += dy[i];
  }
  for (std::int64_t i = 0; i < width; ++i) {
    const double n = (x[i] - mean) * scale, g = static_cast<double>(dy[i]) * static_cast<double>(weights.gamma[i]);
    dx[i] = static_cast<T>(scale * (g - sum / count - n * product / count));
  }
}

/// Element i of a dropout stream: x / (1 - p) when it is kept, else 0.
template <class T>
T drop(const Dropout& dropout, std::uint64_t i, T x) {
  return uniform(dropout.seed, dropout.stream, i) >= dropout.p ? static_cast<T>(x / (1 - dropout.p)) : T{0};
}

/// dropout(x) of row `row` of a call.
template <class T>
void drop_row(const Dropout& dropout, std::int64_t row, std::int64_t width, T* x) {
  if (!dropout.active()) return;
  const std::uint64_t first = (dropout.first_row + static_cast<std::uint64_t>(row)) * static_cast<std::uint64_t>(width);
  for (std::int64_t i = 0; i < width; ++i) x[i] = drop(dropout, first + static_cast<std::uint64_t>(i), x[i]);
}

}  // namespace albert::backend
