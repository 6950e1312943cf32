// The contract between the model and the hardware: about thirty fused operations.
//
// The model is written once, against Backend<T>; `ref` fulfils it in plain scalar code (T = float
// or double, the law), `cpu` with vector instructions (T = float). All matrices are row-major and
// dense unless a stride is given; [M, K] means M rows of K. Token rows of a batch are flat: the
// tokens of sequence b are rows offsets[b] ... offsets[b + 1] - 1.
//
// Operations never allocate what they return, never throw on numbers, and give each row a result
// that does not depend on the other rows, on the number of threads, or on where the row lies.
//
// `f_backward` stands beside its `f`: dy is the gradient of some scalar with respect to the result of
// f, dx that with respect to its argument x. Gradients of arguments are written, those of parameters
// are added to what is there, for one layer may run many times. Sums over rows are taken in an order
// that depends on the shapes alone, so the bits do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "backend/activation.h"

namespace albert::backend {

/// Sequences of different lengths laid end to end.
struct Sequences {
  std::span<const std::int32_t> offsets;  ///< [B + 1], from 0 to the number of tokens
  std::int32_t longest = 0;
  [[nodiscard]] std::int32_t count() const { return static_cast<std::int32_t>(offsets.size()) - 1; }
  [[nodiscard]] std::int32_t tokens() const { return offsets.empty() ? 0 : offsets.back(); }
};

/// Elements from row to row of a scratch matrix of `width` columns. Rows a multiple of 4096 bytes apart
/// would all fall on the same few cache sets.
template <class T>
constexpr std::int64_t scratch_stride(std::int64_t width) {
  constexpr std::int64_t kElement = sizeof(T), kPage = 4096, kLine = 64;
  return width > 0 && width * kElement % kPage == 0 ? width + kLine / kElement : width;
}

/// One or more weight matrices [out_i, in] stacked along `out`, in the backend's own layout, with
/// their biases. Made by Backend::pack; read-only and shareable between threads.
class PackedLinear {
 public:
  virtual ~PackedLinear() = default;
  std::int64_t in = 0;
  std::int64_t out = 0;
};

/// A matrix as the parameters hold it.
template <class T>
struct LinearWeights {
  const T* weight = nullptr;  ///< [out, in]
  const T* bias = nullptr;    ///< [out], or null: zeros
  std::int64_t out = 0;
};

template <class T>
struct LayerNormWeights {
  const T* gamma = nullptr;  ///< [width]
  const T* beta = nullptr;   ///< [width]
  double eps = 1e-12;
  /// Flax computes the variance as max(0, E[x^2] - E[x]^2).
  bool fast_variance = false;
};

/// Where the gradients of a LinearWeights are added.
template <class T>
struct LinearGradients {
  T* weight = nullptr;  ///< [out, in]
  T* bias = nullptr;    ///< [out], or null
  std::int64_t out = 0;
};

template <class T>
struct LayerNormGradients {
  T* gamma = nullptr;  ///< [width]
  T* beta = nullptr;   ///< [width]
};

/// Counter-based dropout. Column c of row r is element i = (first_row + r) * width + c of the stream:
/// kept, and scaled by 1 / (1 - p), when uniform(seed, stream, i) >= p; else zero. So a batch gives
/// the same numbers however it is cut into blocks.
struct Dropout {
  double p = 0;  ///< 0: off
  std::uint64_t seed = 0;
  std::uint64_t stream = 0;     ///< one number a place in the network
  std::uint64_t first_row = 0;  ///< where in the batch the rows of this call begin
  [[nodiscard]] bool active() const { return p > 0; }
};

template <class T>
struct EmbedArguments {
  std::int64_t rows = 0, width = 0;         ///< M tokens, E
  const std::int32_t* ids = nullptr;        ///< [M]; -1 gives a row of NaN (Flax). Null: `embeds` is used
  const T* embeds = nullptr;                ///< [M, E]
  const std::int32_t* types = nullptr;      ///< [M]
  const std::int32_t* positions = nullptr;  ///< [M]
  const T* word_table = nullptr;            ///< [V, E]
  const T* type_table = nullptr;            ///< [T, E]
  const T* position_table = nullptr;        ///< [P, E], or null: no absolute positions
  bool position_before_type = false;        ///< TensorFlow's order of additions
  LayerNormWeights<T> layer_norm;
  Dropout dropout;
};

/// Null for what is not looked up.
template <class T>
struct EmbedGradients {
  T* word_table = nullptr;      ///< [V, E]
  std::int32_t pad_id = -1;     ///< a row of the word table that lookups give no gradient; -1: none
  T* embeds = nullptr;          ///< [M, E], written
  T* type_table = nullptr;      ///< [T, E]
  T* position_table = nullptr;  ///< [P, E]
  LayerNormGradients<T> layer_norm;
};

enum class RelativeTerms { none, key, key_query };

template <class T>
struct AttentionArguments {
  Sequences sequences;
  std::int64_t heads = 0, head_size = 0;  ///< A, d
  const T* query = nullptr;               ///< row m, head a at query[m * row_stride + a * d]
  const T* key = nullptr;
  const T* value = nullptr;
  std::int64_t row_stride = 0;     ///< elements between tokens in query, key and value
  bool scale_query_first = false;  ///< Flax divides the query, not the product, by sqrt(d)
  /// Added to the scores of sequence b: mask[b] is [S] for all queries, or [S, S] when
  /// mask_per_query. Empty span: nothing is hidden. A null entry: nothing in that sequence.
  std::span<const T* const> mask;
  bool mask_per_query = false;
  RelativeTerms relative = RelativeTerms::none;
  const T* relative_table = nullptr;    ///< [2P - 1, d], not scaled by sqrt(d)
  std::int64_t max_positions = 0;       ///< P
  const std::int32_t* slots = nullptr;  ///< [M]: index of each token in its padded row, for the relative terms
  double softmax_offset = 0;            ///< TensorFlow adds 1e-9 to the scores
  /// On the probabilities. Query token r (of the flat batch) and head a make row r * A + a, key m is
  /// column m, and rows are 2^32 columns wide: i = ((first_row + r) * A + a) * 2^32 + m.
  Dropout dropout;
  /// Flax: one draw for all sequences and heads, i = l * 2^32 + m for query l of its sequence.
  bool dropout_shared = false;
  /// Multiplies the probabilities of sequence b, head a: at head_mask[b * mask_b + a * mask_a + l * mask_l + m * mask_m].
  const T* head_mask = nullptr;
  std::int64_t head_mask_strides[4] = {0, 0, 0, 0};
  /// Where to write the probabilities after dropout and head mask, or empty: sequence b gets [A, S_b, S_b].
  std::span<T* const> probabilities;
};

template <class T>
struct AttentionGradients {
  /// Cotangents of what AttentionArguments::probabilities gives, in the same form; empty: none.
  std::span<const T* const> probabilities;
  T* query = nullptr;  ///< written; row m, head a at query[m * row_stride + a * d]
  T* key = nullptr;
  T* value = nullptr;
  std::int64_t row_stride = 0;
  T* relative_table = nullptr;  ///< [2P - 1, d], added to; null without relative terms
};

struct ClassificationLoss {
  double sum = 0;          ///< of the losses of the rows that count
  std::int64_t count = 0;  ///< rows that count
};

/// One backend at one precision. Thread-safe: all members are const and keep no state of a call.
template <class T>
class Backend {
 public:
  virtual ~Backend() = default;

  /// Lays the matrices out for `linear`; they are stacked along `out` and share `in`. Either may be
  /// 0 (every head of a block pruned): with in == 0 the product is the bias alone.
  [[nodiscard]] virtual std::unique_ptr<const PackedLinear> pack(std::span<const LinearWeights<T>> parts, std::int64_t in) const = 0;

  /// The same matrices laid out for `linear_backward`.
  [[nodiscard]] virtual std::unique_ptr<const PackedLinear> pack_backward(std::span<const LinearWeights<T>> parts,
                                                                          std::int64_t in) const = 0;

  /// out [M, E] = dropout(LayerNorm(word + type + position)).
  virtual void embed(const EmbedArguments<T>& arguments, T* out) const = 0;
  virtual void embed_backward(const EmbedArguments<T>& arguments, const T* dout, const EmbedGradients<T>& gradients) const = 0;

  /// out [M, out_stride] = activation(x [M, x_stride] W^T + b); the first `in` / `out` columns count.
  /// `before` [M, out_stride], when not null, gets what the activation is applied to.
  virtual void linear(const T* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights, Activation activation, T* out,
                      std::int64_t out_stride, T* before = nullptr) const = 0;

  /// dx [M, dx_stride] = residual + dy [M, dy_stride] W, of the product alone; `weights` from pack_backward.
  /// residual [M, dx_stride] may be dx, or null for zeros.
  virtual void linear_backward(const T* dy, std::int64_t rows, std::int64_t dy_stride, const PackedLinear& weights, const T* residual,
                               T* dx, std::int64_t dx_stride) const = 0;

  /// For each of the stacked parts: weight += dy^T x, bias += the sum of dy's rows, over the part's columns of dy [M, dy_stride].
  virtual void linear_backward_weights(const T* x, std::int64_t rows, std::int64_t x_stride, std::int64_t in, const T* dy,
                                       std::int64_t dy_stride, std::span<const LinearGradients<T>> parts) const = 0;

  /// dy [M, stride] becomes dy * activation'(before [M, stride]) in its first `width` columns.
  virtual void activation_backward(Activation activation, const T* before, std::int64_t rows, std::int64_t width, std::int64_t stride,
                                   T* dy) const = 0;

  /// out [M, N] = LayerNorm(residual + dropout(x W^T + b)); out may be residual, not x. `sums` [M, N], when
  /// not null, gets what is normalised: layer_norm_backward, dropout and linear_backward undo it.
  virtual void linear_add_layer_norm(const T* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights, const T* residual,
                                     const LayerNormWeights<T>& layer_norm, const Dropout& dropout, T* out, T* sums = nullptr) const = 0;

  /// context [M, A * d] (row stride context_stride) = softmax(q k^T / sqrt(d) + mask + relative terms) v for every sequence and head.
  virtual void attention(const AttentionArguments<T>& arguments, T* context, std::int64_t context_stride) const = 0;
  /// dcontext may be null (zeros) when there are cotangents of the probabilities. The arguments are those of the forward.
  virtual void attention_backward(const AttentionArguments<T>& arguments, const T* dcontext, std::int64_t context_stride,
                                  const AttentionGradients<T>& gradients) const = 0;

  /// out [M, width] = LayerNorm(x [M, width]).
  virtual void layer_norm(const T* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<T>& layer_norm, T* out) const = 0;
  /// dx may be dy.
  virtual void layer_norm_backward(const T* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<T>& layer_norm, const T* dy,
                                   T* dx, const LayerNormGradients<T>& gradients) const = 0;

  /// x [M, width] = dropout(x), in place. It is its own backward: dx = dropout(dy).
  virtual void dropout(T* x, std::int64_t rows, std::int64_t width, const Dropout& dropout) const = 0;

  /// out[i] = x[indices[i]], rows of `width`.
  virtual void gather_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const = 0;

  /// out[indices[i]] = x[i]; other rows of out are left alone. Its backward is gather_rows.
  virtual void scatter_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const = 0;

  /// out[indices[i]] += x[i], no index twice: the backward of gather_rows.
  virtual void add_rows(const T* x, std::int64_t width, std::span<const std::int32_t> indices, T* out) const = 0;

  /// out [count] += x [count].
  virtual void add(const T* x, std::int64_t count, T* out) const = 0;

  /// -log softmax(logits [M, classes])[target] of each row into losses [M] (0 where ignored), summed in double.
  virtual ClassificationLoss cross_entropy(const T* logits, std::int64_t rows, std::int64_t classes, std::span<const std::int64_t> targets,
                                           std::int64_t ignore_index, T* losses) const = 0;

  /// dlogits [M, classes] = dlosses [M] (softmax(logits) - one-hot(target)), 0 where ignored; may be logits.
  virtual void cross_entropy_backward(const T* logits, std::int64_t rows, std::int64_t classes, std::span<const std::int64_t> targets,
                                      std::int64_t ignore_index, const T* dlosses, T* dlogits) const = 0;

  /// Mean over `count` elements of max(z, 0) - z y + log(1 + exp(-|z|)).
  [[nodiscard]] virtual double binary_cross_entropy(const T* logits, const T* targets, std::int64_t count) const = 0;
  /// dlogits = dloss (sigmoid(z) - y) / count.
  virtual void binary_cross_entropy_backward(const T* logits, const T* targets, std::int64_t count, double dloss, T* dlogits) const = 0;

  /// Mean over `count` elements of (a - b)^2.
  [[nodiscard]] virtual double mean_squared_error(const T* a, const T* b, std::int64_t count) const = 0;
  /// da = dloss 2 (a - b) / count.
  virtual void mean_squared_error_backward(const T* a, const T* b, std::int64_t count, double dloss, T* da) const = 0;

  /// Calls body(first, last, backend) for disjoint ranges that cover [0, count), in parallel when
  /// that pays; `backend` runs its operations on the calling thread alone. The model uses it to take
  /// blocks of whole sequences through all layers without a barrier. `cost` is the number of tokens
  /// up to each item ([count + 1]); ranges are balanced by it.
  virtual void for_each_block(std::span<const std::int32_t> cost,
                              const std::function<void(std::int32_t first, std::int32_t last, const Backend<T>& backend)>& body) const = 0;
};

}  // namespace albert::backend
