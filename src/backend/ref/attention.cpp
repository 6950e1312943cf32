#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/ref/ref_backend.h"
#include "backend/ref/scalar.h"

namespace albert::backend {
namespace {

/// One query of one head against the keys of its sequence.
template <class T>
struct Query {
  const AttentionArguments<T>& a;
  std::int32_t b;  ///< sequence
  std::int64_t head;
  std::int64_t l;      ///< query token within the sequence
  std::int64_t first;  ///< flat row of the sequence's first token
  std::int64_t length;

  const T* row(const T* x, std::int64_t m) const { return x + (first + m) * a.row_stride + head * a.head_size; }

  // s[m] = (q . k[m]) / sqrt(d) + mask[m] + q . R[l - m + P - 1] (+ k[m] . R[l - m + P - 1])
  T score(std::int64_t m) const {
    const std::int64_t d = a.head_size;
    const T* q = row(a.query, l);
    const T* k = row(a.key, m);
    const T root = std::sqrt(static_cast<T>(d));
    T s;
    if (a.scale_query_first) {
      double sum = 0;
      for (std::int64_t i = 0; i < d; ++i) sum += static_cast<double>(q[i] / root) * static_cast<double>(k[i]);
      s = static_cast<T>(sum);
    } else {
      s = static_cast<T>(dot(q, k, d)) / root;
    }
    if (!a.mask.empty() && a.mask[static_cast<std::size_t>(b)] != nullptr)
      s += a.mask[static_cast<std::size_t>(b)][(a.mask_per_query ? l * length : 0) + m];
    if (a.relative != RelativeTerms::none) {
      const T* r = a.relative_table + (a.slots[first + l] - a.slots[first + m] + a.max_positions - 1) * d;
      s += static_cast<T>(dot(q, r, d));
      if (a.relative == RelativeTerms::key_query) s += static_cast<T>(dot(k, r, d));
    }
    return s + static_cast<T>(a.softmax_offset);
  }

  // p = head_mask * dropout(softmax(s))
  void probabilities(T* p) const {
    T highest = -std::numeric_limits<T>::infinity();
    for (std::int64_t m = 0; m < length; ++m) {
      p[m] = score(m);
      if (!(p[m] <= highest)) highest = p[m];  // also when p[m] is NaN, which then spreads over the row
    }
    double sum = 0;
    for (std::int64_t m = 0; m < length; ++m) sum += p[m] = std::exp(p[m] - highest);
    const auto token = a.dropout_shared
                           ? static_cast<std::uint64_t>(l)
                           : (a.dropout.first_row + static_cast<std::uint64_t>(first + l)) * static_cast<std::uint64_t>(a.heads) +
                                 static_cast<std::uint64_t>(head);
    const auto& step = a.head_mask_strides;
    for (std::int64_t m = 0; m < length; ++m) {
      p[m] = static_cast<T>(p[m] / sum);
      if (a.dropout.active()) p[m] = drop(a.dropout, (token << 32) + static_cast<std::uint64_t>(m), p[m]);
      if (a.head_mask != nullptr) p[m] *= a.head_mask[b * step[0] + head * step[1] + l * step[2] + m * step[3]];
    }
  }
};

}  // namespace

// context[l, :] = sum_m p[l, m] v[m, :]
template <class T>
void RefBackend<T>::attention(const AttentionArguments<T>& a, T* context, std::int64_t context_stride) const {
  std::vector<T> p(static_cast<std::size_t>(a.sequences.longest));
  for (std::int32_t b = 0; b < a.sequences.count(); ++b) {
    const std::int64_t first = a.sequences.offsets[static_cast<std::size_t>(b)];
    const std::int64_t length = a.sequences.offsets[static_cast<std::size_t>(b) + 1] - first;
    for (std::int64_t head = 0; head < a.heads; ++head)
      for (std::int64_t l = 0; l < length; ++l) {
        const Query<T> query{a, b, head, l, first, length};
        query.probabilities(p.data());
        if (!a.probabilities.empty())
          std::copy_n(p.data(), length, a.probabilities[static_cast<std::size_t>(b)] + (head * length + l) * length);
        for (std::int64_t i = 0; i < a.head_size; ++i) {
          double sum = 0;
          for (std::int64_t m = 0; m < length; ++m)
            sum += static_cast<double>(p[static_cast<std::size_t>(m)]) * static_cast<double>(query.row(a.value, m)[i]);
          context[(first + l) * context_stride + head * a.head_size + i] = static_cast<T>(sum);
        }
      }
  }
}

template class RefBackend<float>;
template class RefBackend<double>;

}  // namespace albert::backend
