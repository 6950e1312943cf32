// Operations that touch each row by itself: embeddings, LayerNorm, dropout, moving rows.
#include <algorithm>
#include <limits>
#include <vector>

#include "backend/ref/ref_backend.h"
#include "backend/ref/scalar.h"

namespace albert::backend {

namespace {

template <class T>
void add_row(const T* x, std::int64_t width, T* row) {
  for (std::int64_t i = 0; i < width; ++i) row[i] += x[i];
}

// row = word + type + position of token m, added in the framework's order; NaN for an id of -1.
template <class T>
void embedding_sum(const EmbedArguments<T>& a, std::int64_t m, T* row) {
  if (a.ids != nullptr && a.ids[m] < 0) {
    std::fill_n(row, a.width, std::numeric_limits<T>::quiet_NaN());
    return;
  }
  std::copy_n(a.ids == nullptr ? a.embeds + m * a.width : a.word_table + a.ids[m] * a.width, a.width, row);
  const T* type = a.type_table + a.types[m] * a.width;
  if (!a.position_before_type) add_row(type, a.width, row);
  if (a.position_table != nullptr) add_row(a.position_table + a.positions[m] * a.width, a.width, row);
  if (a.position_before_type) add_row(type, a.width, row);
}

template <class T>
void add_sums(const std::vector<double>& sums, T* out) {
  for (std::size_t i = 0; i < sums.size(); ++i) out[i] += static_cast<T>(sums[i]);
}

}  // namespace

// out[m, :] = dropout(LayerNorm(word + type + position))
template <class T>
void RefBackend<T>::embed(const EmbedArguments<T>& a, T* out) const {
  for (std::int64_t m = 0; m < a.rows; ++m) {
    T* row = out + m * a.width;
    embedding_sum(a, m, row);
    if (a.ids == nullptr || a.ids[m] >= 0) layer_norm_row(row, a.width, a.layer_norm, row);
    drop_row(a.dropout, m, a.width, row);  // what is dropped of a row of NaN is zero, as Flax selects it
  }
}

// dtable[index[m], :] += LayerNorm'(dropout(dout[m, :])) for each table that the token reads
template <class T>
void RefBackend<T>::embed_backward(const EmbedArguments<T>& a, const T* dout, const EmbedGradients<T>& gradients) const {
  const auto width = static_cast<std::size_t>(a.width);
  std::vector<T> row(width), d(width);
  std::vector<double> dgamma(width), dbeta(width);
  for (std::int64_t m = 0; m < a.rows; ++m) {
    embedding_sum(a, m, row.data());
    std::copy_n(dout + m * a.width, a.width, d.data());
    drop_row(a.dropout, m, a.width, d.data());
    layer_norm_row_backward(row.data(), a.width, a.layer_norm, d.data(), d.data(), dgamma.data(), dbeta.data());
    if (gradients.embeds != nullptr) std::copy_n(d.data(), a.width, gradients.embeds + m * a.width);
    if (gradients.word_table != nullptr && a.ids[m] >= 0 && a.ids[m] != gradients.pad_id)
      add_row(d.data(), a.width, gradients.word_table + a.ids[m] * a.width);
    if (gradients.type_table != nullptr) add_row(d.data(), a.width, gradients.type_table + a.types[m] * a.width);
    if (gradients.position_table != nullptr) add_row(d.data(), a.width, gradients.position_table + a.positions[m] * a.width);
  }
  add_sums(dgamma, gradients.layer_norm.gamma);
  add_sums(dbeta, gradients.layer_norm.beta);
}

template <class T>
void RefBackend<T>::layer_norm(const T* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<T>& weights, T* out) const {
  for (std::int64_t m = 0; m < rows; ++m) layer_norm_row(x + m * width, width, weights, out + m * width);
}

template <class T>
void RefBackend<T>::layer_norm_backward(const T* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<T>& weights, const T* dy,
                                        T* dx, const LayerNormGradients<T>& gradients) const {
  std::vector<double> dgamma(static_cast<std::size_t>(width)), dbeta(dgamma);
  for (std::int64_t m = 0; m < rows; ++m)
    layer_norm_row_backward(x + m * width, width, weights, dy + m * width, dx + m * width, dgamma.data(), dbeta.data());
  add_sums(dgamma, gradients.gamma);
  add_sums(dbeta, gradients.beta);
}

template <class T>
void RefBackend<T>::dropout(T* x, std::int64_t rows, std::int64_t width, const Dropout& dropout) const {
  for (std::int64_t m = 0; m < rows; ++m) drop_row(dropout, m, width, x + m * width);
}

template <class T>
void RefBackend<T>::gather_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const {
  for (const auto index : indices) out = std::copy_n(x + index * width, width, out);
}

template <class T>
void RefBackend<T>::scatter_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const {
  for (std::size_t i = 0; i < indices.size(); ++i) std::copy_n(x + static_cast<std::int64_t>(i) * width, width, out + indices[i] * width);
}

template <class T>
void RefBackend<T>::add_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const {
  for (std::size_t i = 0; i < indices.size(); ++i) add_row(x + static_cast<std::int64_t>(i) * width, width, out + indices[i] * width);
}

template <class T>
void RefBackend<T>::add(const T* x, std::int64_t count, T* out) const {
  add_row(x, count, out);
}

template class RefBackend<float>;
template class RefBackend<double>;

}  // namespace albert::backend
