// Operations that touch each row by itself: embeddings, LayerNorm, dropout, moving rows.
#include <algorithm>
#include <limits>

#include "backend/ref/ref_backend.h"
#include "backend/ref/scalar.h"

namespace albert::backend {

// out[m, :] = dropout(LayerNorm(word + type + position)), added in the framework's order.
template <class T>
void RefBackend<T>::embed(const EmbedArguments<T>& a, T* out) const {
  const auto add = [&](T* row, const T* table, std::int32_t index) {
    for (std::int64_t i = 0; i < a.width; ++i) row[i] += table[index * a.width + i];
  };
  for (std::int64_t m = 0; m < a.rows; ++m) {
    T* row = out + m * a.width;
    if (a.ids != nullptr && a.ids[m] < 0) {
      std::fill_n(row, a.width, std::numeric_limits<T>::quiet_NaN());
    } else {
      std::copy_n(a.ids == nullptr ? a.embeds + m * a.width : a.word_table + a.ids[m] * a.width, a.width, row);
      if (!a.position_before_type) add(row, a.type_table, a.types[m]);
      if (a.position_table != nullptr) add(row, a.position_table, a.positions[m]);
      if (a.position_before_type) add(row, a.type_table, a.types[m]);
      layer_norm_row(row, a.width, a.layer_norm, row);
    }
    drop_row(a.dropout, m, a.width, row);  // what is dropped of a row of NaN is zero, as Flax selects it
  }
}

template <class T>
void RefBackend<T>::layer_norm(const T* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<T>& weights, T* out) const {
  for (std::int64_t m = 0; m < rows; ++m) layer_norm_row(x + m * width, width, weights, out + m * width);
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

template class RefBackend<float>;
template class RefBackend<double>;

}  // namespace albert::backend
