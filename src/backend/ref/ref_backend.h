// The law: every operation of the contract in plain scalar loops, one thread, one formula each.
//
// Sums are accumulated in double and rounded to T once, so that the only errors are those of the
// numbers that the reference stores too. Every fast backend is tested against this one.
#pragma once

#include <vector>

#include "backend/backend.h"

namespace albert::backend {

template <class T>
class RefLinear final : public PackedLinear {
 public:
  std::vector<T> weight;  ///< [out, in]
  std::vector<T> bias;    ///< [out]
};

template <class T>
class RefBackend final : public Backend<T> {
 public:
  std::unique_ptr<const PackedLinear> pack(std::span<const LinearWeights<T>> parts, std::int64_t in) const override;
  std::unique_ptr<const PackedLinear> pack_backward(std::span<const LinearWeights<T>> parts, std::int64_t in) const override;
  void embed(const EmbedArguments<T>& arguments, T* out) const override;
  void embed_backward(const EmbedArguments<T>& arguments, const T* dout, const EmbedGradients<T>& gradients) const override;
  void linear(const T* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights, Activation activation, T* out,
              std::int64_t out_stride, T* before = nullptr) const override;
  void linear_backward(const T* dy, std::int64_t rows, std::int64_t dy_stride, const PackedLinear& weights, const T* residual, T* dx,
                       std::int64_t dx_stride) const override;
  void linear_backward_weights(const T* x, std::int64_t rows, std::int64_t x_stride, std::int64_t in, const T* dy, std::int64_t dy_stride,
                               std::span<const LinearGradients<T>> parts) const override;
  void activation_backward(Activation activation, const T* before, std::int64_t rows, std::int64_t width, std::int64_t stride,
                           T* dy) const override;
  void linear_add_layer_norm(const T* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights, const T* residual,
                             const LayerNormWeights<T>& layer_norm, const Dropout& dropout, T* out, T* sums = nullptr) const override;
  void attention(const AttentionArguments<T>& arguments, T* context, std::int64_t context_stride) const override;
  void attention_backward(const AttentionArguments<T>& arguments, const T* dcontext, std::int64_t context_stride,
                          const AttentionGradients<T>& gradients) const override;
  void layer_norm(const T* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<T>& layer_norm, T* out) const override;
  void layer_norm_backward(const T* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<T>& layer_norm, const T* dy, T* dx,
                           const LayerNormGradients<T>& gradients) const override;
  void dropout(T* x, std::int64_t rows, std::int64_t width, const Dropout& dropout) const override;
  void gather_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const override;
  void scatter_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const override;
  void add_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const override;
  void add(const T* x, std::int64_t count, T* out) const override;
  ClassificationLoss cross_entropy(const T* logits, std::int64_t rows, std::int64_t classes, std::span<const std::int64_t> targets,
                                   std::int64_t ignore_index, T* losses) const override;
  void cross_entropy_backward(const T* logits, std::int64_t rows, std::int64_t classes, std::span<const std::int64_t> targets,
                              std::int64_t ignore_index, const T* dlosses, T* dlogits) const override;
  double binary_cross_entropy(const T* logits, const T* targets, std::int64_t count) const override;
  void binary_cross_entropy_backward(const T* logits, const T* targets, std::int64_t count, double dloss, T* dlogits) const override;
  double mean_squared_error(const T* a, const T* b, std::int64_t count) const override;
  void mean_squared_error_backward(const T* a, const T* b, std::int64_t count, double dloss, T* da) const override;
  void for_each_block(std::span<const std::int32_t> cost,
                      const std::function<void(std::int32_t first, std::int32_t last, const Backend<T>& backend)>& body) const override;
};

extern template class RefBackend<float>;
extern template class RefBackend<double>;

}  // namespace albert::backend
