#include <array>
#include <cmath>

#include "train/optimizer/moments.h"
#include "train/optimizer/optimizers.h"

namespace albert {
namespace {

class AdamW final : public Optimizer {
 public:
  AdamW(const AdamWOptions& options, int threads) : options_(options), pool_(threads) {
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
  void update(std::span<OptimizedParameter> parameters, double learning_rate) override {
    struct Row {
      float *value, *first, *second;
      const float* gradient;
      float keep;
    };
    std::vector<Row> rows(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      auto& parameter = parameters[i];
      if (parameter.gradient.size() == 0) continue;
      const double decay = parameter.weight_decay ? options_.weight_decay : 0.0;
      rows[i] = {parameter.value.mutable_values<float>().data(),
                 first_.of(parameter.name, parameter.value.shape()).mutable_values<float>().data(),
                 second_.of(parameter.name, parameter.value.shape()).mutable_values<float>().data(),
                 parameter.gradient.values<float>().data(), static_cast<float>(1.0 - learning_rate * decay)};
    }
    const auto t = static_cast<double>(steps_ + 1);
    const double correction1 = options_.bias_correction ? 1.0 - std::pow(options_.beta1, t) : 1.0;
    const double correction2 = options_.bias_correction ? 1.0 - std::pow(options_.beta2, t) : 1.0;
    const auto rest1 = static_cast<float>(1.0 - options_.beta1);
    const auto beta2 = static_cast<float>(options_.beta2), rest2 = static_cast<float>(1.0 - options_.beta2);
    const auto epsilon = static_cast<float>(options_.epsilon), root = static_cast<float>(std::sqrt(correction2));
    const auto rate = static_cast<float>(learning_rate / correction1);
    const auto pieces = pieces_of(parameters);
    pool_.for_each(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t index) {
      const Piece& piece = pieces[static_cast<std::size_t>(index)];
      const Row& row = rows[piece.parameter];
      float* __restrict p = row.value + piece.first;
      float* __restrict m = row.first + piece.first;
      float* __restrict v = row.second + piece.first;
      const float* __restrict g = row.gradient + piece.first;
      const float keep = row.keep;
      for (std::int64_t i = 0; i < piece.count; ++i) {
        m[i] += rest1 * (g[i] - m[i]);
        v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
        p[i] = keep * p[i] - rate * (m[i] / (std::sqrt(v[i]) / root + epsilon));
      }
    });
  }

  AdamWOptions options_;
  ThreadPool pool_;
  Moments first_{"exp_avg"}, second_{"exp_avg_sq"};
};

}  // namespace

std::unique_ptr<Optimizer> make_adamw(const AdamWOptions& options, int threads) { return std::make_unique<AdamW>(options, threads); }

}  // namespace albert
