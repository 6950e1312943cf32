#include "backend/ref/ref_backend.h"
#include "backend/ref/scalar.h"

namespace albert::backend {

template <class T>
std::unique_ptr<const PackedLinear> RefBackend<T>::pack(std::span<const LinearWeights<T>> parts, std::int64_t in) const {
  auto packed = std::make_unique<RefLinear<T>>();
  packed->in = in;
  for (const auto& part : parts) {
    packed->out += part.out;
    packed->weight.insert(packed->weight.end(), part.weight, part.weight + part.out * in);
    if (part.bias != nullptr) packed->bias.insert(packed->bias.end(), part.bias, part.bias + part.out);
    packed->bias.resize(static_cast<std::size_t>(packed->out));
  }
  return packed;
}

template <class T>
std::unique_ptr<const PackedLinear> RefBackend<T>::pack_backward(std::span<const LinearWeights<T>> parts, std::int64_t in) const {
  return pack(parts, in);
}

// out[m, n] = f(sum_k x[m, k] W[n, k] + b[n])
template <class T>
void RefBackend<T>::linear(const T* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights, Activation activation, T* out,
                           std::int64_t out_stride, T* before) const {
  const auto& w = static_cast<const RefLinear<T>&>(weights);
  for (std::int64_t m = 0; m < rows; ++m)
    for (std::int64_t n = 0; n < w.out; ++n) {
      const T sum = static_cast<T>(dot(x + m * x_stride, w.weight.data() + n * w.in, w.in) +
                                   static_cast<double>(w.bias[static_cast<std::size_t>(n)]));
      if (before != nullptr) before[m * out_stride + n] = sum;
      out[m * out_stride + n] = static_cast<T>(activate(activation, sum));
    }
}

// dx[m, k] = residual[m, k] + sum_n dy[m, n] W[n, k]
template <class T>
void RefBackend<T>::linear_backward(const T* dy, std::int64_t rows, std::int64_t dy_stride, const PackedLinear& weights, const T* residual,
                                    T* dx, std::int64_t dx_stride) const {
  const auto& w = static_cast<const RefLinear<T>&>(weights);
  for (std::int64_t m = 0; m < rows; ++m)
    for (std::int64_t k = 0; k < w.in; ++k) {
      double sum = residual == nullptr ? 0 : static_cast<double>(residual[m * dx_stride + k]);
      for (std::int64_t n = 0; n < w.out; ++n)
        sum += static_cast<double>(dy[m * dy_stride + n]) * static_cast<double>(w.weight[static_cast<std::size_t>(n * w.in + k)]);
      dx[m * dx_stride + k] = static_cast<T>(sum);
    }
}

// dW[n, k] += sum_m dy[m, n] x[m, k], db[n] += sum_m dy[m, n]
template <class T>
void RefBackend<T>::linear_backward_weights(const T* x, std::int64_t rows, std::int64_t x_stride, std::int64_t in, const T* dy,
                                            std::int64_t dy_stride, std::span<const LinearGradients<T>> parts) const {
  for (const auto& part : parts) {
    for (std::int64_t n = 0; n < part.out; ++n) {
      for (std::int64_t k = 0; k < in; ++k) {
        double sum = 0;
        for (std::int64_t m = 0; m < rows; ++m)
          sum += static_cast<double>(dy[m * dy_stride + n]) * static_cast<double>(x[m * x_stride + k]);
        part.weight[n * in + k] += static_cast<T>(sum);
      }
      double sum = 0;
      for (std::int64_t m = 0; m < rows; ++m) sum += static_cast<double>(dy[m * dy_stride + n]);
      if (part.bias != nullptr) part.bias[n] += static_cast<T>(sum);
    }
    dy += part.out;
  }
}

// dy[m, n] f'(before[m, n])
template <class T>
void RefBackend<T>::activation_backward(Activation activation, const T* before, std::int64_t rows, std::int64_t width, std::int64_t stride,
                                        T* dy) const {
  for (std::int64_t m = 0; m < rows; ++m)
    for (std::int64_t n = m * stride; n < m * stride + width; ++n)
      dy[n] = static_cast<T>(static_cast<double>(dy[n]) * activation_slope(activation, before[n]));
}

// out[m, :] = LayerNorm(residual[m, :] + dropout(x[m, :] W^T + b))
template <class T>
void RefBackend<T>::linear_add_layer_norm(const T* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights,
                                          const T* residual, const LayerNormWeights<T>& layer_norm, const Dropout& dropout, T* out,
                                          T* sums) const {
  const std::int64_t width = weights.out;
  std::vector<T> row(static_cast<std::size_t>(width));
  for (std::int64_t m = 0; m < rows; ++m) {
    linear(x + m * x_stride, 1, x_stride, weights, Activation::none, row.data(), width);
    drop_row(dropout, m, width, row.data());
    for (std::int64_t n = 0; n < width; ++n) row[static_cast<std::size_t>(n)] += residual[m * width + n];
    if (sums != nullptr) std::copy(row.begin(), row.end(), sums + m * width);
    layer_norm_row(row.data(), width, layer_norm, out + m * width);
  }
}

template class RefBackend<float>;
template class RefBackend<double>;

}  // namespace albert::backend
