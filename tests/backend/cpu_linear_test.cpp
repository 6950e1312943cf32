// Matrix products with their fused epilogues, on shapes that fit no tile.
#include <algorithm>

#include "cpu_testing.h"

namespace albert::backend {
namespace {

constexpr float kUntouched = 12345.0F;

struct Problem {
  std::int64_t rows, in, out, x_padding, out_padding;
  std::vector<float> x, weight, bias;

  Problem(std::int64_t rows_, std::int64_t in_, std::int64_t out_, std::int64_t x_pad, std::int64_t out_pad)
      : rows(rows_),
        in(in_),
        out(out_),
        x_padding(x_pad),
        out_padding(out_pad),
        x(random_floats(rows * x_stride(), 1)),
        weight(random_floats(out * in, 2, 1 / std::sqrt(static_cast<double>(in + 1)))),
        bias(random_floats(out, 3)) {}
  [[nodiscard]] std::int64_t x_stride() const { return in + x_padding; }
  [[nodiscard]] std::int64_t out_stride() const { return out + out_padding; }
  [[nodiscard]] std::string name() const {
    return std::to_string(rows) + " rows, " + std::to_string(in) + " -> " + std::to_string(out) + ", padding " + std::to_string(x_padding) +
           " and " + std::to_string(out_padding);
  }

  template <class T>
  std::vector<T> run(const Backend<T>& backend, const std::vector<T>& x_values, const std::vector<T>& weights, const std::vector<T>& biases,
                     Activation activation) const {
    // Three parts, one without a bias of its own.
    const std::int64_t a = out / 3, b = out / 2 - a, c = out - a - b;
    const LinearWeights<T> parts[] = {{weights.data(), biases.data(), a},
                                      {weights.data() + a * in, nullptr, b},
                                      {weights.data() + (a + b) * in, biases.data() + a + b, c}};
    const auto packed = backend.pack(parts, in);
    EXPECT_EQ(packed->in, in);
    EXPECT_EQ(packed->out, out);
    std::vector<T> y(static_cast<std::size_t>(rows * out_stride()), static_cast<T>(kUntouched));
    backend.linear(x_values.data(), rows, x_stride(), *packed, activation, y.data(), out_stride());
    return y;
  }
  [[nodiscard]] std::vector<float> run32(const Backend<float>& backend, Activation activation) const {
    return run<float>(backend, x, weight, bias, activation);
  }
  [[nodiscard]] std::vector<double> run64(Activation activation) const {
    return run<double>(RefBackend<double>(), widen(x), widen(weight), widen(bias), activation);
  }
};

class CpuLinear : public testing::TestWithParam<std::string> {};

TEST_P(CpuLinear, AgreesWithReferenceOnEveryShapeAndThreadCount) {
  const auto backends = backends_of(GetParam());
  std::vector<Problem> problems;
  for (std::int64_t rows = 1; rows <= 20; ++rows) problems.emplace_back(rows, 5 + rows * 3, 7 + rows * 11, rows % 3, rows % 4);
  for (const auto& [rows, in, out] : std::vector<std::array<std::int64_t, 3>>{{1, 1, 1},
                                                                              {2, 1, 200},
                                                                              {1, 385, 259},
                                                                              {2, 769, 131},
                                                                              {3, 400, 97},
                                                                              {150, 33, 50},
                                                                              {145, 390, 49},
                                                                              {300, 40, 17},
                                                                              {37, 1200, 48},
                                                                              {600, 16, 96}})
    problems.emplace_back(rows, in, out, 0, 0);
  for (const Problem& problem : problems) {
    const std::vector<double> want = problem.run64(Activation::none);
    const std::vector<float> one = problem.run32(*backends[0], Activation::none);
    expect_close(one, want, 2e-6, problem.name());  // the elements between rows included: they stay untouched
    for (std::size_t t = 1; t < backends.size(); ++t)
      expect_same(problem.run32(*backends[t], Activation::none), one, problem.name() + ", " + std::to_string(t + 1) + " threads");
  }
}

TEST_P(CpuLinear, FusesEveryActivation) {
  const auto backend = make_backend(GetParam(), 2);
  const Problem problem(9, 70, 83, 1, 2);
  for (int a = 0; a <= static_cast<int>(Activation::tanh); ++a)
    expect_close(problem.run32(*backend, static_cast<Activation>(a)), problem.run64(static_cast<Activation>(a)), 2e-6,
                 "activation " + std::to_string(a));
}

TEST_P(CpuLinear, RowsDoNotDependOnTheirNeighbours) {
  const auto backends = backends_of(GetParam());
  for (const auto& [in, out] : std::vector<std::array<std::int64_t, 2>>{{50, 70}, {768, 300}, {1000, 33}}) {
    const Problem all(301, in, out, 0, 0);
    const LinearWeights<float> part{all.weight.data(), all.bias.data(), out};
    const auto packed = backends[0]->pack({&part, 1}, in);
    std::vector<float> want(static_cast<std::size_t>(all.rows * out));
    backends[1]->linear(all.x.data(), all.rows, in, *packed, Activation::gelu, want.data(), out);
    for (const std::int64_t rows : {1, 2, 3, 4, 5, 7, 11, 16, 64, 150})
      for (const std::int64_t first : {std::int64_t{0}, std::int64_t{13}, all.rows - rows}) {
        std::vector<float> got(static_cast<std::size_t>(rows * out));
        backends[static_cast<std::size_t>(rows % 4)]->linear(all.x.data() + first * in, rows, in, *packed, Activation::gelu, got.data(),
                                                             out);
        expect_same(got, {want.begin() + first * out, want.begin() + (first + rows) * out},
                    std::to_string(rows) + " rows at " + std::to_string(first));
      }
  }
}

TEST_P(CpuLinear, SpreadsNanAndInfinityAlongTheirRowOnly) {
  const auto backend = make_backend(GetParam(), 2);
  Problem problem(10, 40, 50, 0, 0);
  problem.x[3 * 40 + 7] = std::nanf("");
  problem.x[6 * 40 + 39] = HUGE_VALF;
  const std::vector<float> got = problem.run32(*backend, Activation::none);
  expect_close(got, problem.run64(Activation::none), 2e-6, "none");
  EXPECT_TRUE(std::isnan(got[3 * 50]));
  EXPECT_TRUE(std::isinf(got[6 * 50]));
}

TEST_P(CpuLinear, TakesEmptyExtents) {
  const auto backend = make_backend(GetParam(), 2);
  const std::vector<float> bias{1, 2, 3};
  const LinearWeights<float> part{bias.data(), bias.data(), 3};
  const auto bare = backend->pack({&part, 1}, 0);  // nothing comes in: the bias alone
  std::vector<float> out(6, kUntouched);
  backend->linear(bias.data(), 2, 0, *bare, Activation::none, out.data(), 3);
  expect_same(out, {1, 2, 3, 1, 2, 3}, "in == 0");
  const LinearWeights<float> none{bias.data(), bias.data(), 0};
  const auto nothing = backend->pack({&none, 1}, 3);
  backend->linear(bias.data(), 1, 3, *nothing, Activation::gelu, out.data(), 0);
  backend->linear(bias.data(), 0, 3, *backend->pack({&part, 1}, 1), Activation::gelu, out.data(), 3);
  expect_same(out, {1, 2, 3, 1, 2, 3}, "no rows, no columns");
}

TEST_P(CpuLinear, AddsResidualAndNormalizes) {
  const auto backends = backends_of(GetParam());
  const RefBackend<double> ref;
  for (const auto& [rows, in, out] :
       std::vector<std::array<std::int64_t, 3>>{{1, 7, 5}, {2, 33, 129}, {17, 400, 64}, {50, 64, 97}, {97, 390, 50}, {230, 31, 47}})
    for (const double p : {0.0, 0.3}) {
      const Problem problem(rows, in, out, 3, 0);
      const TestLayerNorm norm(out, 20);
      const std::vector<float> residual = random_floats(rows * out, 4);
      const Dropout dropout{p, 11, 5, 1000};
      const std::vector<double> weight64 = widen(problem.weight), bias64 = widen(problem.bias), x64 = widen(problem.x);
      const LinearWeights<double> part64{weight64.data(), bias64.data(), out};
      std::vector<double> want = widen(residual);
      ref.linear_add_layer_norm(x64.data(), rows, problem.x_stride(), *ref.pack({&part64, 1}, in), want.data(), norm.f64(), dropout,
                                want.data());
      const LinearWeights<float> part{problem.weight.data(), problem.bias.data(), out};
      std::vector<float> one;
      for (const auto& backend : backends) {
        const auto packed = backend->pack({&part, 1}, in);
        std::vector<float> apart(residual.size()), inplace = residual;
        backend->linear_add_layer_norm(problem.x.data(), rows, problem.x_stride(), *packed, residual.data(), norm.f32(), dropout,
                                       apart.data());
        backend->linear_add_layer_norm(problem.x.data(), rows, problem.x_stride(), *packed, inplace.data(), norm.f32(), dropout,
                                       inplace.data());
        expect_close(apart, want, 3e-6, problem.name());
        expect_same(inplace, apart, "out over residual, " + problem.name());
        if (one.empty()) one = apart;
        expect_same(apart, one, "threads, " + problem.name());
      }
    }
}

INSTANTIATE_TEST_SUITE_P(Machine, CpuLinear, testing::ValuesIn(machine_instruction_sets()));

}  // namespace
}  // namespace albert::backend
