#include <array>

#include "base/check.h"
#include "train/optimizer/moments.h"
#include "train/optimizer/optimizers.h"

namespace albert {
namespace {

class Sgd final : public Optimizer {
 public:
  Sgd(const SgdOptions& options, int threads) : options_(options), pool_(threads) {
    check_not_negative("momentum", options.momentum);
    check_not_negative("weight_decay", options.weight_decay);
    require(!options.nesterov || (options.momentum > 0 && options.dampening == 0), ErrorCode::value,
            "nesterov needs a momentum above 0 and no dampening");
  }

  [[nodiscard]] TensorList state() const override {
    TensorList state;
    momentum_.append_to(state);
    return state;
  }

  void load_state(const TensorList& state, std::int64_t steps) override {
    load_moments(state, std::array{&momentum_});
    steps_ = steps;
  }

 private:
  void update(std::span<OptimizedParameter> parameters, double learning_rate) override {
    struct Row {
      float *value, *buffer;
      const float* gradient;
      float decay, rest;
    };
    std::vector<Row> rows(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      auto& parameter = parameters[i];
      if (parameter.gradient.size() == 0) continue;
      float* buffer = nullptr;
      bool first = false;
      if (options_.momentum > 0) {
        first = !momentum_.contains(parameter.name);
        buffer = momentum_.of(parameter.name, parameter.value.shape()).mutable_values<float>().data();
      }
      rows[i] = {parameter.value.mutable_values<float>().data(), buffer, parameter.gradient.values<float>().data(),
                 static_cast<float>(parameter.weight_decay ? options_.weight_decay : 0.0),
                 first ? 1.0F : static_cast<float>(1.0 - options_.dampening)};
    }
    const auto momentum = static_cast<float>(options_.momentum), rate = static_cast<float>(learning_rate);
    const auto pieces = pieces_of(parameters);
    pool_.for_each(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t index) {
      const Piece& piece = pieces[static_cast<std::size_t>(index)];
      const Row& row = rows[piece.parameter];
      float* __restrict p = row.value + piece.first;
      const float* __restrict g = row.gradient + piece.first;
      if (row.buffer == nullptr) {
        for (std::int64_t i = 0; i < piece.count; ++i) p[i] -= rate * (g[i] + row.decay * p[i]);
        return;
      }
      float* __restrict b = row.buffer + piece.first;
      for (std::int64_t i = 0; i < piece.count; ++i) {
        const float d = g[i] + row.decay * p[i];
        b[i] = momentum * b[i] + row.rest * d;
        p[i] -= rate * (options_.nesterov ? d + momentum * b[i] : b[i]);
      }
    });
  }

  SgdOptions options_;
  ThreadPool pool_;
  Moments momentum_{"momentum_buffer"};
};

}  // namespace

std::unique_ptr<Optimizer> make_sgd(const SgdOptions& options, int threads) { return std::make_unique<Sgd>(options, threads); }

}  // namespace albert
