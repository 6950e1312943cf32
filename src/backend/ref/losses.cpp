#include <algorithm>
#include <cmath>

#include "backend/ref/ref_backend.h"
#include "backend/ref/scalar.h"

namespace albert::backend {

// loss[m] = log(sum_n exp(z[m, n])) - z[m, target]
template <class T>
ClassificationLoss RefBackend<T>::cross_entropy(const T* logits, std::int64_t rows, std::int64_t classes,
                                                std::span<const std::int64_t> targets, std::int64_t ignore_index, T* losses) const {
  ClassificationLoss total;
  for (std::int64_t m = 0; m < rows; ++m) {
    losses[m] = 0;
    const std::int64_t target = targets[static_cast<std::size_t>(m)];
    if (target == ignore_index) continue;
    const T* z = logits + m * classes;
    const double highest = *std::max_element(z, z + classes);
    double sum = 0;
    for (std::int64_t n = 0; n < classes; ++n) sum += std::exp(z[n] - highest);
    const double loss = std::log(sum) - (z[target] - highest);
    losses[m] = static_cast<T>(loss);
    total.sum += loss;
    ++total.count;
  }
  return total;
}

// dz[m, n] = dloss[m] (exp(z[m, n]) / sum_n exp(z[m, n]) - [n == target])
template <class T>
void RefBackend<T>::cross_entropy_backward(const T* logits, std::int64_t rows, std::int64_t classes, std::span<const std::int64_t> targets,
                                           std::int64_t ignore_index, const T* dlosses, T* dlogits) const {
  for (std::int64_t m = 0; m < rows; ++m) {
    const T* z = logits + m * classes;
    T* dz = dlogits + m * classes;
    const std::int64_t target = targets[static_cast<std::size_t>(m)];
    if (target == ignore_index) {
      std::fill_n(dz, classes, T{0});
      continue;
    }
    const double highest = *std::max_element(z, z + classes);
    double sum = 0;
    for (std::int64_t n = 0; n < classes; ++n) sum += std::exp(z[n] - highest);
    for (std::int64_t n = 0; n < classes; ++n)
      dz[n] = static_cast<T>(static_cast<double>(dlosses[m]) * (std::exp(z[n] - highest) / sum - (n == target ? 1 : 0)));
  }
}

// mean of max(z, 0) - z y + log(1 + exp(-|z|))
template <class T>
double RefBackend<T>::binary_cross_entropy(const T* logits, const T* targets, std::int64_t count) const {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double z = logits[i];
    sum += std::max(z, 0.0) - z * static_cast<double>(targets[i]) + std::log1p(std::exp(-std::abs(z)));
  }
  return sum / static_cast<double>(count);
}

// dz = dloss (1 / (1 + exp(-z)) - y) / count
template <class T>
void RefBackend<T>::binary_cross_entropy_backward(const T* logits, const T* targets, std::int64_t count, double dloss, T* dlogits) const {
  for (std::int64_t i = 0; i < count; ++i)
    dlogits[i] = static_cast<T>(dloss * (1 / (1 + std::exp(-static_cast<double>(logits[i]))) - static_cast<double>(targets[i])) /
                                static_cast<double>(count));
}

// mean of (a - b)^2
template <class T>
double RefBackend<T>::mean_squared_error(const T* a, const T* b, std::int64_t count) const {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
  return sum / static_cast<double>(count);
}

// da = dloss 2 (a - b) / count
template <class T>
void RefBackend<T>::mean_squared_error_backward(const T* a, const T* b, std::int64_t count, double dloss, T* da) const {
  for (std::int64_t i = 0; i < count; ++i)
    da[i] = static_cast<T>(dloss * 2 * (static_cast<double>(a[i]) - static_cast<double>(b[i])) / static_cast<double>(count));
}

template class RefBackend<float>;
template class RefBackend<double>;

}  // namespace albert::backend
