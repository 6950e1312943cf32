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

// out[m, n] = f(sum_k x[m, k] W[n, k] + b[n])
template <class T>
void RefBackend<T>::linear(const T* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights, Activation activation, T* out,
                           std::int64_t out_stride) const {
  const auto& w = static_cast<const RefLinear<T>&>(weights);
  for (std::int64_t m = 0; m < rows; ++m)
    for (std::int64_t n = 0; n < w.out; ++n) {
      const T sum = static_cast<T>(dot(x + m * x_stride, w.weight.data() + n * w.in, w.in) +
                                   static_cast<double>(w.bias[static_cast<std::size_t>(n)]));
      out[m * out_stride + n] = static_cast<T>(activate(activation, sum));
    }
}

// out[m, :] = LayerNorm(residual[m, :] + dropout(x[m, :] W^T + b))
template <class T>
void RefBackend<T>::linear_add_layer_norm(const T* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights,
                                          const T* residual, const LayerNormWeights<T>& layer_norm, const Dropout& dropout, T* out) const {
  const std::int64_t width = weights.out;
  std::vector<T> row(static_cast<std::size_t>(width));
  for (std::int64_t m = 0; m < rows; ++m) {
    linear(x + m * x_stride, 1, x_stride, weights, Activation::none, row.data(), width);
    drop_row(dropout, m, width, row.data());
    for (std::int64_t n = 0; n < width; ++n) row[static_cast<std::size_t>(n)] += residual[m * width + n];
    layer_norm_row(row.data(), width, layer_norm, out + m * width);
  }
}

template class RefBackend<float>;
template class RefBackend<double>;

}  // namespace albert::backend
