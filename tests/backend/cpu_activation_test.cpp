// Each activation against double precision over its whole range.
#include "backend/ref/scalar.h"
#include "cpu_testing.h"

namespace albert::backend {
namespace {

class CpuActivation : public testing::TestWithParam<std::string> {};

/// activation(x) by way of a 1 x 1 product.
std::vector<float> apply(const Backend<float>& backend, Activation activation, const std::vector<float>& x) {
  const float one = 1, zero = 0;
  const LinearWeights<float> part{&one, &zero, 1};
  std::vector<float> y(x.size());
  backend.linear(x.data(), static_cast<std::int64_t>(x.size()), 1, *backend.pack({&part, 1}, 1), activation, y.data(), 1);
  return y;
}

/// The formula in long double, so that the tails keep their digits (1 + erf and 1 + tanh do not).
double exact(Activation activation, float value) {
  const auto x = static_cast<long double>(value);
  const auto cdf = [](long double v) { return 0.5L * std::erfc(-v / std::numbers::sqrt2_v<long double>); };
  const auto sigmoid = [](long double v) { return 1 / (1 + std::exp(-v)); };
  switch (activation) {
    case Activation::gelu:
      return static_cast<double>(x * cdf(x));
    case Activation::gelu_10:
      return static_cast<double>(std::clamp(x * cdf(x), -10.0L, 10.0L));
    case Activation::gelu_new:
      return static_cast<double>(x * sigmoid(2 * std::sqrt(2 / std::numbers::pi_v<long double>) * (x + 0.044715L * x * x * x)));
    case Activation::laplace:
      return static_cast<double>(cdf((x - 0.707107L) / 0.282095L));
    case Activation::mish: {
      const long double e = std::exp(x), n = e * (e + 2);
      return static_cast<double>(x > 20 ? x : x * (n / (n + 2)));
    }
    default:
      return activate(activation, static_cast<double>(value));
  }
}

TEST_P(CpuActivation, IsAccurateRelativeToItself) {
  const auto backend = make_backend(GetParam(), 1);
  std::vector<float> x;
  for (int i = -4800; i <= 4800; ++i) x.push_back(static_cast<float>(i) * 0.00625F + 1e-4F);
  for (float tiny = 1e-30F; tiny < 1; tiny *= 3) x.insert(x.end(), {tiny, -tiny});
  for (const float wide : {50.0F, 87.0F, 88.8F, 100.0F, 1e4F, 1e18F}) x.insert(x.end(), {wide, -wide});
  for (int a = 0; a <= static_cast<int>(Activation::tanh); ++a) {
    const auto activation = static_cast<Activation>(a);
    const std::vector<float> y = apply(*backend, activation, x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double want = exact(activation, x[i]);
      // Results near e^-60 come from an argument near -60, whose rounding alone is worth more.
      const double tolerance = 1e-6 * std::abs(want) * std::max(1.0, -std::log(std::abs(want) + 1e-300) / 3) + 1e-36;
      ASSERT_NEAR(y[i], want, tolerance) << "activation " << a << " of " << x[i];
    }
  }
}

TEST_P(CpuActivation, KeepsNanAndInfinity) {
  const auto backend = make_backend(GetParam(), 1);
  const std::vector<float> x{std::nanf(""), HUGE_VALF, -HUGE_VALF, 0.0F, -0.0F};
  for (int a = 0; a <= static_cast<int>(Activation::tanh); ++a) {
    const auto activation = static_cast<Activation>(a);
    std::vector<double> want;
    for (const float v : x) want.push_back(activate(activation, static_cast<double>(v)));
    expect_close(apply(*backend, activation, x), want, 1e-7, "activation " + std::to_string(a));
  }
}

INSTANTIATE_TEST_SUITE_P(Machine, CpuActivation, testing::ValuesIn(machine_instruction_sets()));

}  // namespace
}  // namespace albert::backend
