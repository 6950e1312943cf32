#include <algorithm>
#include <array>
#include <cmath>

#include "train/optimizer/moments.h"
#include "train/optimizer/optimizers.h"

namespace albert {
namespace {

class Lamb final : public Optimizer {
 public:
  Lamb(const LambOptions& options, int threads) : options_(options), pool_(threads) {
    check_fraction("beta1", options.beta1);
    check_fraction("beta2", options.beta2);
    check_not_negative("epsilon", options.epsilon);
    check_not_negative("weight_decay", options.weight_decay);
  }

  [[nodiscard]] TensorList state() const override {
    TensorList state;
    first_.append_to(state);
    second_.append_to(state);
    return state;
  }

  void load_state(const TensorList& state, std::int64_t steps) override {
    load_moments(state, std::array{&first_, &second_});
    steps_ = steps;
  }

 private:
  struct Row {
    float *value, *first, *second;
    const float* gradient;
    float decay;
    float rate;
  };

  /// The direction of an element, computed in both passes rather than stored.
  static float direction(float m, float v, float p, float epsilon, float decay) { return m / (std::sqrt(v) + epsilon) + decay * p; }

  void update(std::span<OptimizedParameter> parameters, double learning_rate) override {
    std::vector<Row> rows(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      auto& parameter = parameters[i];
      if (parameter.gradient.size() == 0) continue;
      rows[i] = {parameter.value.mutable_values<float>().data(),
                 first_.of(parameter.name, parameter.value.shape()).mutable_values<float>().data(),
                 second_.of(parameter.name, parameter.value.shape()).mutable_values<float>().data(),
                 parameter.gradient.values<float>().data(),
                 static_cast<float>(parameter.weight_decay ? options_.weight_decay : 0.0),
                 static_cast<float>(learning_rate)};
    }
    const auto beta1 = static_cast<float>(options_.beta1), rest1 = static_cast<float>(1.0 - options_.beta1);
    const auto beta2 = static_cast<float>(options_.beta2), rest2 = static_cast<float>(1.0 - options_.beta2);
    const auto epsilon = static_cast<float>(options_.epsilon);
    const auto pieces = pieces_of(parameters);
    std::vector<std::array<double, 2>> squares(pieces.size());
    pool_.for_each(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t index) {
      const Piece& piece = pieces[static_cast<std::size_t>(index)];
      const Row& row = rows[piece.parameter];
      const float* __restrict p = row.value + piece.first;
      float* __restrict m = row.first + piece.first;
      float* __restrict v = row.second + piece.first;
      const float* __restrict g = row.gradient + piece.first;
      for (std::int64_t i = 0; i < piece.count; ++i) {
        m[i] = beta1 * m[i] + rest1 * g[i];
        v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
      }
      if (!parameters[piece.parameter].weight_decay) return;
      float block[256];
      for (std::int64_t first = 0; first < piece.count; first += 256) {
        const std::int64_t count = std::min<std::int64_t>(256, piece.count - first);
        for (std::int64_t i = 0; i < count; ++i) block[i] = direction(m[first + i], v[first + i], p[first + i], epsilon, row.decay);
        squares[static_cast<std::size_t>(index)][1] += sum_of_squares(block, count);
      }
      squares[static_cast<std::size_t>(index)][0] = sum_of_squares(p, piece.count);
    });
    std::vector<std::array<double, 2>> sums(parameters.size());
    for (std::size_t i = 0; i < pieces.size(); ++i)
      for (std::size_t k = 0; k < 2; ++k) sums[pieces[i].parameter][k] += squares[i][k];
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const double weight = std::sqrt(sums[i][0]), change = std::sqrt(sums[i][1]);
      if (weight > 0 && change > 0) rows[i].rate = static_cast<float>(learning_rate * (weight / change));
    }
    pool_.for_each(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t index) {
      const Piece& piece = pieces[static_cast<std::size_t>(index)];
      const Row& row = rows[piece.parameter];
      float* __restrict p = row.value + piece.first;
      const float* __restrict m = row.first + piece.first;
      const float* __restrict v = row.second + piece.first;
      for (std::int64_t i = 0; i < piece.count; ++i) p[i] -= row.rate * direction(m[i], v[i], p[i], epsilon, row.decay);
    });
  }

  LambOptions options_;
  ThreadPool pool_;
  Moments first_{"exp_avg"}, second_{"exp_avg_sq"};
};

}  // namespace

std::unique_ptr<Optimizer> make_lamb(const LambOptions& options, int threads) { return std::make_unique<Lamb>(options, threads); }

}  // namespace albert
