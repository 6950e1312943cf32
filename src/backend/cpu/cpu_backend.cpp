#include "backend/cpu/cpu_backend.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "backend/cpu/instruction_set.h"
#include "backend/cpu/memory.h"
#include "backend/cpu/packed_linear.h"
#include "base/parallel.h"

namespace albert::backend {
namespace cpu {
namespace {

/// Work below this many multiply-adds is done faster than a second thread wakes up.
constexpr std::int64_t kWorthSharing = 200'000;
/// Pieces a thread, so that a thread that starts late or is interrupted takes fewer.
constexpr std::int64_t kPieces = 4;
/// From this many rows a thread on, a fused LayerNorm cuts rows and needs no barrier.
constexpr std::int64_t kRowsToCut = 24;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

class CpuBackend final : public Backend<float> {
 public:
  /// Without a pool everything runs on the calling thread.
  CpuBackend(const Kernels& kernels, std::unique_ptr<ThreadPool> pool)
      : kernels_(kernels), pool_(std::move(pool)), alone_(pool_ ? std::make_unique<CpuBackend>(kernels, nullptr) : nullptr) {}

  std::unique_ptr<const PackedLinear> pack(std::span<const LinearWeights<float>> parts, std::int64_t in) const override {
    return pack(parts, in, PanelLinear::Direction::forward);
  }
  std::unique_ptr<const PackedLinear> pack_backward(std::span<const LinearWeights<float>> parts, std::int64_t in) const override {
    return pack(parts, in, PanelLinear::Direction::backward);
  }

  void embed(const EmbedArguments<float>& arguments, float* out) const override {
    run_rows(arguments.rows, arguments.width * 8, [&](std::int64_t first, std::int64_t last) {
      kernels_.embed(arguments, first, last, out);
      if (arguments.dropout.active()) drop_rows(out, first, last, arguments.width, arguments.dropout);
    });
  }

  void embed_backward(const EmbedArguments<float>& a, const float* dout, const EmbedGradients<float>& gradients) const override {
    const std::int64_t width = a.width, size = a.rows * width;
    float* const sums = scratch(Purpose::panels, 2 * size);
    float* const d = sums + size;
    run_rows(a.rows, width * 8, [&](std::int64_t first, std::int64_t last) {
      kernels_.embed_sums(a, first, last, sums);
      std::copy(dout + first * width, dout + last * width, d + first * width);
      if (a.dropout.active()) drop_rows(d, first, last, width, a.dropout);
    });
    layer_norm_backward(sums, a.rows, width, a.layer_norm, d, d, gradients.layer_norm);
    if (gradients.embeds) std::copy_n(d, size, gradients.embeds);
    // Row after row: tokens share rows of the tables.
    for (std::int64_t r = 0; r < a.rows; ++r) {
      const float* row = d + r * width;
      if (gradients.word_table && a.ids[r] >= 0 && a.ids[r] != gradients.pad_id)
        kernels_.add(row, width, gradients.word_table + a.ids[r] * width);
      if (gradients.type_table) kernels_.add(row, width, gradients.type_table + a.types[r] * width);
      if (gradients.position_table) kernels_.add(row, width, gradients.position_table + a.positions[r] * width);
    }
  }

  void linear(const float* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights, Activation activation, float* out,
              std::int64_t out_stride, float* before) const override {
    product({x, x_stride, rows, 0, nullptr, 0, nullptr, activation, out, out_stride, false, before},
            static_cast<const PanelLinear&>(weights), Bias::added);
  }

  void linear_backward(const float* dy, std::int64_t rows, std::int64_t dy_stride, const PackedLinear& weights, const float* residual,
                       float* dx, std::int64_t dx_stride) const override {
    if (residual && residual != dx)
      for (std::int64_t r = 0; r < rows; ++r) std::copy_n(residual + r * dx_stride, weights.out, dx + r * dx_stride);
    product({dy, dy_stride, rows, 0, nullptr, 0, nullptr, Activation::none, dx, dx_stride, residual != nullptr, nullptr},
            static_cast<const PanelLinear&>(weights), Bias::none);
  }

  void linear_backward_weights(const float* x, std::int64_t rows, std::int64_t x_stride, std::int64_t in, const float* dy,
                               std::int64_t dy_stride, std::span<const LinearGradients<float>> parts) const override {
    if (rows <= 0) return;
    const std::int64_t panels = ceil_div(in, kernels_.panel);
    float* const packed = scratch(Purpose::panels, panels * rows * kernels_.panel);
    run(panels, rows * in * 8, [&](std::int64_t panel) { kernels_.pack_rows(x, rows, x_stride, in, panel, panel + 1, packed); });
    std::int64_t out = 0;
    for (const auto& part : parts) out += part.out;
    // Pieces of rows of dW, and of its columns where the rows are too few for all threads.
    const std::int64_t height = std::clamp(ceil_div(out, threads() * kPieces), kGradientRows, kGradientRows * 8);
    for (const auto& part : parts) {
      const std::int64_t row_pieces = ceil_div(part.out, height);
      const std::int64_t wanted = threads() == 1 || row_pieces == 0 ? 1 : ceil_div(threads() * 2, row_pieces);
      const std::int64_t column_pieces = std::clamp<std::int64_t>(wanted, 1, std::max<std::int64_t>(1, panels));
      run(row_pieces * column_pieces, rows * part.out * std::max<std::int64_t>(1, in), [&](std::int64_t piece) {
        const std::int64_t row_piece = piece / column_pieces, column_piece = piece % column_pieces;
        const std::int64_t n0 = row_piece * height, n1 = std::min(part.out, n0 + height);
        const std::int64_t p0 = panels * column_piece / column_pieces, p1 = panels * (column_piece + 1) / column_pieces;
        const std::int64_t c0 = p0 * kernels_.panel, c1 = std::min(in, p1 * kernels_.panel);
        WeightsTask task{};
        task.x = packed + p0 * rows * kernels_.panel;
        task.rows = rows;
        task.in = c1 - c0;
        task.dy = dy + n0;
        task.dy_stride = dy_stride;
        task.columns = n1 - n0;
        task.dw = part.weight + n0 * in + c0;
        task.dw_stride = in;
        task.dbias = part.bias && column_piece == 0 ? part.bias + n0 : nullptr;
        task.scratch = scratch(Purpose::weights, kernels_.weights_scratch(rows));
        kernels_.weights(task);
      });
      dy += part.out;
    }
  }

  void activation_backward(Activation activation, const float* before, std::int64_t rows, std::int64_t width, std::int64_t stride,
                           float* dy) const override {
    run_rows(rows, width * 16, [&](std::int64_t first, std::int64_t last) {
      kernels_.activation_backward(activation, dy + first * stride, stride, last - first, width, before + first * stride);
    });
  }

  void linear_add_layer_norm(const float* x, std::int64_t rows, std::int64_t x_stride, const PackedLinear& weights, const float* residual,
                             const LayerNormWeights<float>& layer_norm, const Dropout& dropout, float* out,
                             float* sums_out) const override {
    const auto& packed = static_cast<const PanelLinear&>(weights);
    const std::int64_t width = packed.out, stride = scratch_stride<float>(width);
    if (rows <= 0 || width <= 0) return;
    const auto normalize = [&](const float* sums, std::int64_t first, std::int64_t last) {
      LayerNormTask task{};
      task.x = sums;
      task.x_stride = stride;
      task.rows = last - first;
      task.width = width;
      task.bias = packed.bias(0);
      task.residual = residual + first * width;
      task.weights = layer_norm;
      task.dropout = dropout;
      task.dropout.first_row += static_cast<std::uint64_t>(first);
      task.row = dropout.active() ? scratch(Purpose::row, width) : nullptr;
      task.out = out + first * width;
      task.sums = sums_out == nullptr ? nullptr : sums_out + first * width;
      kernels_.layer_norm(task);
    };
    const std::int64_t pieces = std::max<std::int64_t>(1, rows / kRowsToCut);
    if (threads() == 1 || rows >= kRowsToCut * threads()) {
      const std::int64_t height =
          std::clamp(ceil_div(rows, threads() == 1 ? 1 : std::min(pieces, threads() * kPieces)), kRowsToCut, kFusedRows);
      run(ceil_div(rows, height), rows * width * packed.in, [&](std::int64_t piece) {
        const std::int64_t first = piece * height, last = std::min(rows, first + height);
        float* const sums = scratch(Purpose::product, height * stride);
        kernels_.linear({x + first * x_stride, x_stride, last - first, packed.in, packed.weights(0), width, nullptr, Activation::none, sums,
                         stride, false, nullptr});
        normalize(sums, first, last);
      });
    } else {
      float* const sums = scratch(Purpose::product, rows * stride);
      product({x, x_stride, rows, 0, nullptr, 0, nullptr, Activation::none, sums, stride, false, nullptr}, packed, Bias::none);
      run_rows(rows, width * 8, [&](std::int64_t first, std::int64_t last) { normalize(sums + first * stride, first, last); });
    }
  }

  void attention(const AttentionArguments<float>& a, float* context, std::int64_t context_stride) const override {
    const std::int64_t sequences = a.sequences.count();
    if (sequences <= 0 || a.heads <= 0) return;
    std::int64_t work = 0;
    for (std::int64_t b = 0; b < sequences; ++b) {
      const std::int64_t length = a.sequences.offsets[b + 1] - a.sequences.offsets[b];
      work += length * length * a.heads * (a.head_size * 2 + 8);
    }
    // Few heads and long sequences: cut the queries too.
    const std::int64_t wanted = work < kWorthSharing ? 1 : threads() * kPieces;
    const std::int64_t cuts =
        threads() == 1 ? 1 : std::clamp<std::int64_t>(wanted / (sequences * a.heads), 1, std::max(1, a.sequences.longest / 64));
    run(sequences * a.heads * cuts, work, [&](std::int64_t piece) {
      const std::int64_t cut = piece % cuts, head = piece / cuts % a.heads, b = piece / cuts / a.heads;
      attend(a, b, head, cut, cuts, context, context_stride);
    });
  }

  void attention_backward(const AttentionArguments<float>& a, const float* dcontext, std::int64_t context_stride,
                          const AttentionGradients<float>& gradients) const override {
    const std::int64_t sequences = a.sequences.count(), d = a.head_size;
    if (sequences <= 0 || a.heads <= 0 || d <= 0) return;
    std::int64_t work = 0;
    for (std::int64_t b = 0; b < sequences; ++b) {
      const std::int64_t length = a.sequences.offsets[b + 1] - a.sequences.offsets[b];
      work += length * length * a.heads * (d * 5 + 16);
    }
    const auto undo = [&](std::int64_t b, std::int64_t head, float* drelative) {
      const std::int64_t token = a.sequences.offsets[b], at = token * gradients.row_stride + head * d;
      AttentionBackwardTask task{};
      task.forward = attention_task(a, b, head);
      task.forward.context_stride = context_stride;
      task.dcontext = dcontext ? dcontext + token * context_stride + head * d : nullptr;
      if (!gradients.probabilities.empty() && gradients.probabilities[b])
        task.dprobabilities = gradients.probabilities[b] + head * task.forward.length * task.forward.length;
      task.dquery = gradients.query + at;
      task.dkey = gradients.key + at;
      task.dvalue = gradients.value + at;
      task.row_stride = gradients.row_stride;
      task.drelative = drelative;
      task.scratch = scratch(Purpose::attention, kernels_.attention_backward_scratch(task.forward.length, d));
      kernels_.attention_backward(task);
    };
    if (a.relative == RelativeTerms::none) {
      run(sequences * a.heads, work, [&](std::int64_t piece) { undo(piece / a.heads, piece % a.heads, nullptr); });
      return;
    }
    // A head's sequences add to one table of their own, one after the other; the heads' tables are added in order.
    const std::int64_t table = (2 * a.max_positions - 1) * d;
    float* const tables = scratch(Purpose::partial_sums, a.heads * table);
    std::fill_n(tables, a.heads * table, 0.0F);
    run(a.heads, work, [&](std::int64_t head) {
      for (std::int64_t b = 0; b < sequences; ++b) undo(b, head, tables + head * table);
    });
    for (std::int64_t head = 0; head < a.heads; ++head) kernels_.add(tables + head * table, table, gradients.relative_table);
  }

  void layer_norm(const float* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<float>& layer_norm,
                  float* out) const override {
    run_rows(rows, width * 8, [&](std::int64_t first, std::int64_t last) {
      LayerNormTask task{};
      task.x = x + first * width;
      task.x_stride = width;
      task.rows = last - first;
      task.width = width;
      task.weights = layer_norm;
      task.out = out + first * width;
      kernels_.layer_norm(task);
    });
  }

  void layer_norm_backward(const float* x, std::int64_t rows, std::int64_t width, const LayerNormWeights<float>& layer_norm,
                           const float* dy, float* dx, const LayerNormGradients<float>& gradients) const override {
    if (rows <= 0 || width <= 0) return;
    // The rows of a piece add up to one share; the shares are added in order, whichever thread made them.
    const std::int64_t pieces = ceil_div(rows, kRowsToSum);
    float* const shares = scratch(Purpose::partial_sums, pieces * 2 * width);
    run(pieces, rows * width * 16, [&](std::int64_t piece) {
      const std::int64_t first = piece * kRowsToSum;
      LayerNormBackwardTask task{};
      task.x = x + first * width;
      task.dy = dy + first * width;
      task.rows = std::min(rows - first, kRowsToSum);
      task.width = width;
      task.weights = layer_norm;
      task.dx = dx + first * width;
      task.dgamma = shares + piece * 2 * width;
      task.dbeta = task.dgamma + width;
      kernels_.layer_norm_backward(task);
    });
    for (std::int64_t piece = 0; piece < pieces; ++piece) {
      kernels_.add(shares + piece * 2 * width, width, gradients.gamma);
      kernels_.add(shares + (piece * 2 + 1) * width, width, gradients.beta);
    }
  }

  void dropout(float* x, std::int64_t rows, std::int64_t width, const Dropout& dropout) const override {
    if (!dropout.active()) return;
    run_rows(rows, width * 32, [&](std::int64_t first, std::int64_t last) { drop_rows(x, first, last, width, dropout); });
  }

  void gather_rows(const float* x, std::int64_t width, std::span<const std::int32_t> indices, float* out) const override {
    for (std::size_t i = 0; i < indices.size(); ++i) std::copy_n(x + indices[i] * width, width, out + static_cast<std::int64_t>(i) * width);
  }

  void scatter_rows(const float* x, std::int64_t width, std::span<const std::int32_t> indices, float* out) const override {
    for (std::size_t i = 0; i < indices.size(); ++i) std::copy_n(x + static_cast<std::int64_t>(i) * width, width, out + indices[i] * width);
  }

  void add_rows(const float* x, std::int64_t width, std::span<const std::int32_t> indices, float* out) const override {
    for (std::size_t i = 0; i < indices.size(); ++i)
      kernels_.add(x + static_cast<std::int64_t>(i) * width, width, out + indices[i] * width);
  }

  void add(const float* x, std::int64_t count, float* out) const override {
    run_rows(count, 1, [&](std::int64_t first, std::int64_t last) { kernels_.add(x + first, last - first, out + first); });
  }

  ClassificationLoss cross_entropy(const float* logits, std::int64_t rows, std::int64_t classes, std::span<const std::int64_t> targets,
                                   std::int64_t ignore_index, float* losses) const override {
    std::vector<double> exact(static_cast<std::size_t>(rows));
    run_rows(rows, classes * 16, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        if (targets[r] == ignore_index) continue;
        const float* row = logits + r * classes;
        float largest = 0;
        double sum = 0;
        kernels_.log_sum(row, classes, &largest, &sum);
        exact[r] = (static_cast<double>(largest) - static_cast<double>(row[targets[r]])) + std::log(sum);
      }
    });
    ClassificationLoss loss;
    for (std::int64_t r = 0; r < rows; ++r) {
      losses[r] = static_cast<float>(exact[r]);
      if (targets[r] == ignore_index) continue;
      loss.sum += exact[r];
      ++loss.count;
    }
    return loss;
  }

  void cross_entropy_backward(const float* logits, std::int64_t rows, std::int64_t classes, std::span<const std::int64_t> targets,
                              std::int64_t ignore_index, const float* dlosses, float* dlogits) const override {
    run_rows(rows, classes * 16, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        const float* row = logits + r * classes;
        float* drow = dlogits + r * classes;
        if (targets[r] == ignore_index) {
          std::fill_n(drow, classes, 0.0F);
          continue;
        }
        float largest = 0;
        double sum = 0;
        kernels_.log_sum(row, classes, &largest, &sum);
        kernels_.exponentials(row, classes, largest, static_cast<float>(static_cast<double>(dlosses[r]) / sum), drow);
        drow[targets[r]] -= dlosses[r];
      }
    });
  }

  double binary_cross_entropy(const float* logits, const float* targets, std::int64_t count) const override {
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double z = logits[i], y = targets[i];
      sum += (z < 0 ? 0.0 : z) - z * y + std::log1p(std::exp(-std::abs(z)));
    }
    return sum / static_cast<double>(count);
  }

  void binary_cross_entropy_backward(const float* logits, const float* targets, std::int64_t count, double dloss,
                                     float* dlogits) const override {
    const double share = dloss / static_cast<double>(count);
    for (std::int64_t i = 0; i < count; ++i)
      dlogits[i] = static_cast<float>(share * (1 / (1 + std::exp(-static_cast<double>(logits[i]))) - static_cast<double>(targets[i])));
  }

  double mean_squared_error(const float* a, const float* b, std::int64_t count) const override {
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
      sum += d * d;
    }
    return sum / static_cast<double>(count);
  }

  void mean_squared_error_backward(const float* a, const float* b, std::int64_t count, double dloss, float* da) const override {
    const double share = 2 * dloss / static_cast<double>(count);
    for (std::int64_t i = 0; i < count; ++i) da[i] = static_cast<float>(share * (static_cast<double>(a[i]) - static_cast<double>(b[i])));
  }

  void for_each_block(std::span<const std::int32_t> cost,
                      const std::function<void(std::int32_t, std::int32_t, const Backend<float>&)>& body) const override {
    const auto count = static_cast<std::int32_t>(cost.size()) - 1;
    if (count <= 0) return;
    const std::vector<std::int32_t> cuts = blocks(cost);
    const auto pieces = static_cast<std::int64_t>(cuts.size()) - 1;
    if (pieces == 1) return body(0, count, *this);
    pool_->for_each(pieces, [&](std::int64_t i) { body(cuts[i], cuts[i + 1], *alone_); });
  }

 private:
  enum class Bias { none, added };

  /// Rows of dW in a piece of work: those of the block that a kernel copies together.
  static constexpr std::int64_t kGradientRows = 96;
  /// Rows whose shares of a LayerNorm's gradients one thread adds up.
  static constexpr std::int64_t kRowsToSum = 64;
  /// Rows that a thread takes through a fused product and LayerNorm at once: their sums stay in L2.
  static constexpr std::int64_t kFusedRows = 96;
  /// Tokens in a block: enough to reuse weights from L1, few enough to balance.
  static constexpr std::int64_t kBlockTokens = 192;

  [[nodiscard]] std::int64_t threads() const { return pool_ ? pool_->threads() : 1; }

  /// body(i) for i in [0, count), on all threads when `work` multiply-adds are worth it.
  template <class Body>
  void run(std::int64_t count, std::int64_t work, const Body& body) const {
    if (count <= 0) return;
    if (count == 1 || threads() == 1 || work < kWorthSharing) {
      for (std::int64_t i = 0; i < count; ++i) body(i);
    } else {
      pool_->for_each(count, body);
    }
  }

  /// body(first, last) over [0, rows), in pieces.
  template <class Body>
  void run_rows(std::int64_t rows, std::int64_t work_per_row, const Body& body) const {
    if (rows <= 0) return;
    const std::int64_t pieces = std::min(rows, rows * work_per_row < kWorthSharing ? 1 : threads() * kPieces);
    run(pieces, rows * work_per_row, [&](std::int64_t i) { body(rows * i / pieces, rows * (i + 1) / pieces); });
  }

  static void drop_rows(float* x, std::int64_t first, std::int64_t last, std::int64_t width, const Dropout& dropout) {
    drop(x + first * width, (last - first) * width,
         (dropout.first_row + static_cast<std::uint64_t>(first)) * static_cast<std::uint64_t>(width), dropout);
  }

  std::unique_ptr<const PackedLinear> pack(std::span<const LinearWeights<float>> parts, std::int64_t in,
                                           PanelLinear::Direction direction) const {
    auto packed = std::make_unique<PanelLinear>(parts, in, kernels_.panel, direction);
    run(packed->panels(), packed->out * packed->in, [&](std::int64_t panel) { packed->fill(parts, panel); });
    return packed;
  }

  /// `whole` without what the weights tell: depth, panels, columns and bias.
  void product(const LinearTask& whole, const PanelLinear& weights, Bias bias) const {
    const std::int64_t rows = whole.rows;
    if (rows <= 0 || weights.out <= 0) return;
    const std::int64_t panels = weights.panels();
    // Columns are cut first, because then each weight is read by one core; rows only when they are many.
    const std::int64_t row_pieces = threads() == 1 ? 1 : ceil_div(rows, 288);
    const std::int64_t column_pieces =
        threads() == 1 ? 1 : std::min(panels, std::max<std::int64_t>(1, ceil_div(threads() * kPieces, row_pieces)));
    run(row_pieces * column_pieces, rows * weights.out * std::max<std::int64_t>(1, weights.in), [&](std::int64_t piece) {
      const std::int64_t row_piece = piece / column_pieces, column_piece = piece % column_pieces;
      const std::int64_t r0 = rows * row_piece / row_pieces, r1 = rows * (row_piece + 1) / row_pieces;
      const std::int64_t p0 = panels * column_piece / column_pieces, p1 = panels * (column_piece + 1) / column_pieces;
      const std::int64_t c0 = p0 * weights.panel, c1 = std::min(weights.out, p1 * weights.panel);
      LinearTask task = whole;
      task.x += r0 * whole.x_stride;
      task.rows = r1 - r0;
      task.in = weights.in;
      task.panels = weights.weights(p0);
      task.columns = c1 - c0;
      task.bias = bias == Bias::added ? weights.bias(p0) : nullptr;
      task.out += r0 * whole.out_stride + c0;
      if (whole.before) task.before += r0 * whole.out_stride + c0;
      kernels_.linear(task);
    });
  }

  /// All queries of one sequence and one head.
  static AttentionTask attention_task(const AttentionArguments<float>& a, std::int64_t b, std::int64_t head) {
    const std::int64_t token = a.sequences.offsets[b], length = a.sequences.offsets[b + 1] - token, d = a.head_size;
    AttentionTask task{};
    task.last = length;
    const std::int64_t at = token * a.row_stride + head * d;
    task.query = a.query + at;
    task.key = a.key + at;
    task.value = a.value + at;
    task.row_stride = a.row_stride;
    task.length = length;
    task.head_size = d;
    task.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(d)));
    task.scale_query = a.scale_query_first;
    task.mask = a.mask.empty() ? nullptr : a.mask[b];
    task.mask_per_query = a.mask_per_query;
    task.relative = a.relative;
    task.relative_table = a.relative_table;
    task.max_positions = a.max_positions;
    task.slots = a.slots ? a.slots + token : nullptr;
    task.offset = static_cast<float>(a.softmax_offset);
    task.dropout = a.dropout;
    if (!a.dropout_shared) {
      task.dropout_row = (a.dropout.first_row + static_cast<std::uint64_t>(token)) * static_cast<std::uint64_t>(a.heads) +
                         static_cast<std::uint64_t>(head);
      task.dropout_rows_per_query = static_cast<std::uint64_t>(a.heads);
    } else {
      task.dropout_rows_per_query = 1;
    }
    if (a.head_mask) {
      task.head_mask = a.head_mask + b * a.head_mask_strides[0] + head * a.head_mask_strides[1];
      task.head_mask_query = a.head_mask_strides[2];
      task.head_mask_key = a.head_mask_strides[3];
    }
    task.probabilities = a.probabilities.empty() || !a.probabilities[b] ? nullptr : a.probabilities[b] + head * length * length;
    return task;
  }

  void attend(const AttentionArguments<float>& a, std::int64_t b, std::int64_t head, std::int64_t cut, std::int64_t cuts, float* context,
              std::int64_t context_stride) const {
    AttentionTask task = attention_task(a, b, head);
    const std::int64_t length = task.length;
    task.first = length * cut / cuts;
    task.last = length * (cut + 1) / cuts;
    if (task.first == task.last || task.head_size <= 0) return;
    task.context = context + a.sequences.offsets[b] * context_stride + head * task.head_size;
    task.context_stride = context_stride;
    task.scratch = scratch(Purpose::attention, kernels_.attention_scratch(length, task.head_size));
    kernels_.attention(task);
  }

  /// Where to cut the items into blocks for one thread each; one block when that would leave threads idle.
  [[nodiscard]] std::vector<std::int32_t> blocks(std::span<const std::int32_t> cost) const {
    const auto count = static_cast<std::int32_t>(cost.size()) - 1;
    const std::int64_t total = cost.back() - cost.front();
    std::vector<std::int32_t> whole{0, count};
    if (threads() == 1 || count < threads() || total <= 0) return whole;
    const std::int64_t wanted = threads() * ceil_div(total, threads() * kBlockTokens);
    std::vector<std::int32_t> cuts{0};
    for (std::int64_t i = 1; i < wanted; ++i) {
      const auto target = static_cast<std::int32_t>(cost.front() + total * i / wanted);
      auto at = static_cast<std::int32_t>(std::lower_bound(cost.begin(), cost.end(), target) - cost.begin());
      if (at > 0 && target - cost[at - 1] < cost[at] - target) --at;  // the nearer boundary
      if (at > cuts.back() && at < count) cuts.push_back(at);
    }
    cuts.push_back(count);
    // The time of dynamic scheduling: each block goes to the thread that is free first.
    std::vector<std::int64_t> busy(static_cast<std::size_t>(threads()), 0);
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) *std::min_element(busy.begin(), busy.end()) += cost[cuts[i + 1]] - cost[cuts[i]];
    const std::int64_t longest = *std::max_element(busy.begin(), busy.end());
    return longest * threads() * 100 > total * 115 ? whole : cuts;
  }

  const Kernels& kernels_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<const CpuBackend> alone_;
};

}  // namespace
}  // namespace cpu

std::unique_ptr<const Backend<float>> make_cpu_backend(std::string_view isa, int threads) {
  return make_cpu_backend(cpu::choose_kernels(isa), threads);
}

std::unique_ptr<const Backend<float>> make_cpu_backend(const cpu::Kernels& kernels, int threads) {
  auto pool = threads == 1 ? nullptr : std::make_unique<ThreadPool>(threads);
  return std::make_unique<cpu::CpuBackend>(kernels, pool && pool->threads() > 1 ? std::move(pool) : nullptr);
}

}  // namespace albert::backend
