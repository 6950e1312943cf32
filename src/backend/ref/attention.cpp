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

  // p = softmax(s)
  void softmax(T* p) const {
    T highest = -std::numeric_limits<T>::infinity();
    for (std::int64_t m = 0; m < length; ++m) {
      p[m] = score(m);
      if (!(p[m] <= highest)) highest = p[m];  // also when p[m] is NaN, which then spreads over the row
    }
    double sum = 0;
    for (std::int64_t m = 0; m < length; ++m) sum += p[m] = std::exp(p[m] - highest);
    for (std::int64_t m = 0; m < length; ++m) p[m] = static_cast<T>(p[m] / sum);
  }

  // p = head_mask * dropout(p), which is its own backward.
  void drop_and_mask(T* p) const {
    const auto token = a.dropout_shared
                           ? static_cast<std::uint64_t>(l)
                           : (a.dropout.first_row + static_cast<std::uint64_t>(first + l)) * static_cast<std::uint64_t>(a.heads) +
                                 static_cast<std::uint64_t>(head);
    const auto& step = a.head_mask_strides;
    for (std::int64_t m = 0; m < length; ++m) {
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
        query.softmax(p.data());
        query.drop_and_mask(p.data());
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

// With p = softmax(s), w = head_mask * dropout(p), context = w v, and c = dcontext:
//   dw[m] = c . v[m] + given[m], dv[m] += w[m] c, dp = head_mask * dropout(dw), ds = p (dp - dp . p),
//   dq += ds[m] (k[m] / sqrt(d) + R), dk[m] += ds[m] (q / sqrt(d) + R), dR += ds[m] (q + k[m]), R of l - m + P - 1.
template <class T>
void RefBackend<T>::attention_backward(const AttentionArguments<T>& a, const T* dcontext, std::int64_t context_stride,
                                       const AttentionGradients<T>& gradients) const {
  const std::int64_t d = a.head_size;
  const double root = std::sqrt(static_cast<double>(d));
  const auto longest = static_cast<std::size_t>(a.sequences.longest);
  std::vector<T> p(longest), w(longest), dp(longest);
  std::vector<double> dq(static_cast<std::size_t>(d)), dk(longest * dq.size()), dv(dk.size());
  std::vector<double> dr(a.relative == RelativeTerms::none ? 0 : static_cast<std::size_t>((2 * a.max_positions - 1) * d));
  for (std::int32_t b = 0; b < a.sequences.count(); ++b)
    for (std::int64_t head = 0; head < a.heads; ++head) {
      const std::int64_t first = a.sequences.offsets[static_cast<std::size_t>(b)];
      const std::int64_t length = a.sequences.offsets[static_cast<std::size_t>(b) + 1] - first;
      std::fill(dk.begin(), dk.end(), 0.0);
      std::fill(dv.begin(), dv.end(), 0.0);
      const auto place = [&](T* x, std::int64_t m) { return x + (first + m) * gradients.row_stride + head * d; };
      for (std::int64_t l = 0; l < length; ++l) {
        const Query<T> query{a, b, head, l, first, length};
        const T* c = dcontext == nullptr ? nullptr : dcontext + (first + l) * context_stride + head * d;
        query.softmax(p.data());
        std::copy_n(p.data(), length, w.data());
        query.drop_and_mask(w.data());
        for (std::int64_t m = 0; m < length; ++m) {
          const auto at = static_cast<std::size_t>(m);
          double dw = c == nullptr ? 0 : dot(c, query.row(a.value, m), d);
          if (!gradients.probabilities.empty())
            dw += static_cast<double>(gradients.probabilities[static_cast<std::size_t>(b)][(head * length + l) * length + m]);
          dp[at] = static_cast<T>(dw);
          for (std::int64_t i = 0; c != nullptr && i < d; ++i)
            dv[static_cast<std::size_t>(m * d + i)] += static_cast<double>(w[at]) * static_cast<double>(c[i]);
        }
        query.drop_and_mask(dp.data());
        const double mean = dot(dp.data(), p.data(), length);
        std::fill(dq.begin(), dq.end(), 0.0);
        const T* q = query.row(a.query, l);
        for (std::int64_t m = 0; m < length; ++m) {
          const auto at = static_cast<std::size_t>(m);
          const double ds = static_cast<double>(p[at]) * (static_cast<double>(dp[at]) - mean);
          const T* k = query.row(a.key, m);
          double* dkey = dk.data() + m * d;
          for (std::int64_t i = 0; i < d; ++i) {
            dq[static_cast<std::size_t>(i)] += ds * static_cast<double>(k[i]) / root;
            dkey[i] += ds * static_cast<double>(q[i]) / root;
          }
          if (a.relative == RelativeTerms::none) continue;
          const std::int64_t distance = (a.slots[first + l] - a.slots[first + m] + a.max_positions - 1) * d;
          const T* r = a.relative_table + distance;
          for (std::int64_t i = 0; i < d; ++i) {
            dq[static_cast<std::size_t>(i)] += ds * static_cast<double>(r[i]);
            dr[static_cast<std::size_t>(distance + i)] += ds * static_cast<double>(q[i]);
            if (a.relative != RelativeTerms::key_query) continue;
            dkey[i] += ds * static_cast<double>(r[i]);
            dr[static_cast<std::size_t>(distance + i)] += ds * static_cast<double>(k[i]);
          }
        }
        for (std::int64_t i = 0; i < d; ++i) place(gradients.query, l)[i] = static_cast<T>(dq[static_cast<std::size_t>(i)]);
      }
      for (std::int64_t m = 0; m < length; ++m)
        for (std::int64_t i = 0; i < d; ++i) {
          place(gradients.key, m)[i] = static_cast<T>(dk[static_cast<std::size_t>(m * d + i)]);
          place(gradients.value, m)[i] = static_cast<T>(dv[static_cast<std::size_t>(m * d + i)]);
        }
    }
  for (std::size_t i = 0; i < dr.size(); ++i) gradients.relative_table[i] += static_cast<T>(dr[i]);
}

template class RefBackend<float>;
template class RefBackend<double>;

}  // namespace albert::backend
