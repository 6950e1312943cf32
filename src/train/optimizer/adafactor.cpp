#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "train/optimizer/moments.h"
#include "train/optimizer/optimizers.h"

namespace albert {
namespace {

double root_mean_square(const float* values, std::int64_t count) {
  return std::sqrt(sum_of_squares(values, count)) / std::sqrt(static_cast<double>(count));
}

/// Second moments of a matrix by row and by column: their outer product stands for the whole.
struct Factors {
  std::int64_t matrices = 0, rows = 0, columns = 0;
  float* row = nullptr;     ///< [matrices, rows]
  float* column = nullptr;  ///< [matrices, columns]
};

class Adafactor final : public Optimizer {
 public:
  Adafactor(const AdafactorOptions& options, int threads) : options_(options), pool_(threads) {
    check_not_negative("epsilon1", options.epsilon1);
    check_not_negative("epsilon2", options.epsilon2);
    check_not_negative("weight_decay", options.weight_decay);
    require(options.clip_threshold > 0, ErrorCode::value, "clip_threshold: expected a number above 0, got {}", options.clip_threshold);
    if (options.beta1) check_fraction("beta1", *options.beta1);
    require(!options.warmup_init || options.relative_step, ErrorCode::value, "warmup_init needs relative_step");
  }

  [[nodiscard]] TensorList state() const override {
    TensorList state;
    for (const auto* one : {&row_, &column_, &second_, &first_}) one->append_to(state);
    return state;
  }

  void load_state(const TensorList& state, std::int64_t steps) override {
    load_moments(state, std::array{&row_, &column_, &second_, &first_});
    steps_ = steps;
  }

 private:
  struct Row {
    OptimizedParameter* parameter;
    Factors factors;  ///< matrices == 0: the moment is kept whole
    float* second;
    float* first;
  };

  Row row_of(OptimizedParameter& parameter) {
    const auto& shape = parameter.value.shape();
    Row row{&parameter, {}, nullptr, nullptr};
    if (shape.size() >= 2) {
      auto rows = shape, columns = shape;
      rows.pop_back();
      columns.erase(columns.end() - 2);
      row.factors = {1, shape[shape.size() - 2], shape.back(), row_.of(parameter.name, rows).mutable_values<float>().data(),
                     column_.of(parameter.name, columns).mutable_values<float>().data()};
      for (std::size_t axis = 0; axis + 2 < shape.size(); ++axis) row.factors.matrices *= shape[axis];
    } else {
      row.second = second_.of(parameter.name, shape).mutable_values<float>().data();
    }
    if (options_.beta1) row.first = first_.of(parameter.name, shape).mutable_values<float>().data();
    return row;
  }

  void update(std::span<OptimizedParameter> parameters, double learning_rate) override {
    std::vector<Row> rows;
    for (auto& parameter : parameters)
      if (parameter.gradient.size() > 0) rows.push_back(row_of(parameter));
    pool_.for_each(static_cast<std::int64_t>(rows.size()),
                   [&](std::int64_t index) { update(rows[static_cast<std::size_t>(index)], learning_rate); });
  }

  /// `change` = gradient / sqrt(second moment), the moment brought forward first.
  void divide_factored(const Factors& factors, const float* gradient, float* change, double beta2) const {
    std::vector<double> column_sums(static_cast<std::size_t>(factors.columns));
    for (std::int64_t matrix = 0; matrix < factors.matrices; ++matrix) {
      const float* g = gradient + matrix * factors.rows * factors.columns;
      float* out = change + matrix * factors.rows * factors.columns;
      float *row = factors.row + matrix * factors.rows, *column = factors.column + matrix * factors.columns;
      std::fill(column_sums.begin(), column_sums.end(), 0.0);
      double row_mean = 0;
      for (std::int64_t i = 0; i < factors.rows; ++i) {
        double sum = 0;
        for (std::int64_t j = 0; j < factors.columns; ++j) {
          const double g_ij = g[i * factors.columns + j];
          const double square = g_ij * g_ij + options_.epsilon1;
          sum += square;
          column_sums[static_cast<std::size_t>(j)] += square;
        }
        row[i] = static_cast<float>(beta2 * row[i] + (1.0 - beta2) * (sum / static_cast<double>(factors.columns)));
        row_mean += row[i];
      }
      row_mean /= static_cast<double>(factors.rows);
      for (std::int64_t j = 0; j < factors.columns; ++j)
        column[j] = static_cast<float>(beta2 * column[j] +
                                       (1.0 - beta2) * (column_sums[static_cast<std::size_t>(j)] / static_cast<double>(factors.rows)));
      for (std::int64_t i = 0; i < factors.rows; ++i) {
        const auto row_factor = static_cast<float>(1.0 / std::sqrt(row[i] / row_mean));
        for (std::int64_t j = 0; j < factors.columns; ++j)
          out[i * factors.columns + j] = row_factor * (1.0F / std::sqrt(column[j])) * g[i * factors.columns + j];
      }
    }
  }

  void divide_whole(float* second, const float* gradient, float* change, std::int64_t count, double beta2) const {
    for (std::int64_t i = 0; i < count; ++i) {
      const double g = gradient[i];
      second[i] = static_cast<float>(beta2 * second[i] + (1.0 - beta2) * (g * g + options_.epsilon1));
      change[i] = gradient[i] / std::sqrt(second[i]);
    }
  }

  void update(const Row& row, double learning_rate) const {
    const auto t = static_cast<double>(steps_ + 1);
    float* p = row.parameter->value.mutable_values<float>().data();
    const float* g = row.parameter->gradient.values<float>().data();
    const std::int64_t count = row.parameter->value.size();
    double rate = learning_rate;
    if (options_.relative_step) rate = std::min(options_.warmup_init ? 1e-6 * t : 1e-2, 1.0 / std::sqrt(t));
    if (options_.scale_parameter) rate *= std::max(options_.epsilon2, root_mean_square(p, count));
    const double beta2 = 1.0 - std::pow(t, options_.decay_rate);

    std::vector<float> change(static_cast<std::size_t>(count));
    if (row.factors.matrices > 0) {
      divide_factored(row.factors, g, change.data(), beta2);
    } else {
      divide_whole(row.second, g, change.data(), count, beta2);
    }
    const auto scale = static_cast<float>(rate / std::max(1.0, root_mean_square(change.data(), count) / options_.clip_threshold));
    for (float& one : change) one *= scale;
    if (row.first != nullptr) {
      const auto beta1 = static_cast<float>(*options_.beta1), rest1 = static_cast<float>(1.0 - *options_.beta1);
      for (std::int64_t i = 0; i < count; ++i)
        change[static_cast<std::size_t>(i)] = row.first[i] = beta1 * row.first[i] + rest1 * change[static_cast<std::size_t>(i)];
    }
    const auto keep = static_cast<float>(1.0 - (row.parameter->weight_decay ? options_.weight_decay : 0.0) * rate);
    for (std::int64_t i = 0; i < count; ++i) p[i] = keep * p[i] - change[static_cast<std::size_t>(i)];
  }

  AdafactorOptions options_;
  ThreadPool pool_;
  Moments row_{"exp_avg_sq_row"}, column_{"exp_avg_sq_col"}, second_{"exp_avg_sq"}, first_{"exp_avg"};
};

}  // namespace

std::unique_ptr<Optimizer> make_adafactor(const AdafactorOptions& options, int threads) {
  return std::make_unique<Adafactor>(options, threads);
}

}  // namespace albert
