#include "albert/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "albert/error.h"
#include "albert/json.h"
#include "base/random.h"
#include "golden_optimizers.h"

namespace {

using namespace albert;

using Parameters = std::vector<OptimizedParameter>;

Tensor scaled_normals(const std::vector<std::int64_t>& shape, std::uint64_t seed, std::uint64_t stream, double scale) {
  Tensor tensor(DType::f32, shape);
  const auto values = tensor.mutable_values<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(scale * normal(seed, stream, i));
  return tensor;
}

/// The parameters of tests/golden/make_optimizers.py.
Parameters golden_parameters() {
  const std::vector<std::pair<std::string, std::vector<std::int64_t>>> shapes{{"a.weight", {5, 7}},      {"a.bias", {5}},
                                                                              {"LayerNorm.weight", {6}}, {"b.weight", {2, 3, 4}},
                                                                              {"c.weight", {40, 11}},    {"zero.weight", {3, 3}}};
  Parameters parameters;
  for (std::size_t i = 0; i < shapes.size(); ++i)
    parameters.push_back({shapes[i].first, scaled_normals(shapes[i].second, 7, i, i == 5 ? 0.0 : 0.3), Tensor(), i != 1 && i != 2});
  return parameters;
}

void set_gradients(Parameters& parameters, std::uint64_t step) {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    parameters[i].gradient = scaled_normals(parameters[i].value.shape(), 11, step * 100 + i, i % 2 ? 0.01 : 2.0);
}

void compare(const std::string& name, const OptimizerOptions& options, double rate, std::optional<ClipRule> clip = {}) {
  const Json golden = golden_optimizers();
  const Json* expected = golden.find("optimizers")->find(name);
  ASSERT_NE(expected, nullptr) << name;
  auto parameters = golden_parameters();
  const auto optimizer = make_optimizer(options, 2);
  for (std::uint64_t step = 0; step < 10; ++step) {
    set_gradients(parameters, step);
    if (clip) {
      const double norm = clip_gradient_norm(parameters, 1.0, *clip);
      if (const auto* norms = expected->find("norms")) {
        EXPECT_NEAR(norm, norms->as_array()[step].as_double(), 1e-5 * norm);
      }
      EXPECT_LE(gradient_norm(parameters), 1.0 + 1e-6);
    }
    optimizer->step(parameters, rate);
  }
  EXPECT_EQ(optimizer->steps(), 10);
  for (const auto& parameter : parameters) {
    const auto& values = expected->find("values")->find(parameter.name)->as_array();
    ASSERT_EQ(static_cast<std::int64_t>(values.size()), parameter.value.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_NEAR(parameter.value.values<float>()[i], values[i].as_double(), 2e-6) << name << " " << parameter.name << " " << i;
  }
}

TEST(AdamW, TenStepsAreTorchs) {
  compare("adamw", AdamWOptions{}, 1e-2);
  compare("adamw_decay", AdamWOptions{.beta1 = 0.8, .beta2 = 0.95, .epsilon = 1e-6, .weight_decay = 0.1}, 1e-2, ClipRule::torch);
}

TEST(AdamW, TenStepsAreGooglesWithoutBiasCorrection) {
  compare("adamw_google", AdamWOptions{.epsilon = 1e-6, .weight_decay = 0.01, .bias_correction = false}, 1e-2, ClipRule::tensorflow);
}

TEST(Lamb, TenStepsAreGoogles) { compare("lamb", LambOptions{}, 1e-2, ClipRule::tensorflow); }

TEST(Sgd, TenStepsAreTorchs) {
  compare("sgd", SgdOptions{}, 1e-2);
  compare("sgd_momentum", SgdOptions{.momentum = 0.9, .dampening = 0.25, .weight_decay = 0.1}, 1e-2);
  compare("sgd_nesterov", SgdOptions{.momentum = 0.9, .weight_decay = 0.1, .nesterov = true}, 1e-2);
}

TEST(Adafactor, TenStepsAreTheReferences) {
  compare("adafactor", AdafactorOptions{}, 0);
  compare("adafactor_trainer", AdafactorOptions{.scale_parameter = false, .relative_step = false}, 1e-3);
  compare("adafactor_warmup", AdafactorOptions{.clip_threshold = 0.5, .beta1 = 0.9, .weight_decay = 0.1, .warmup_init = true}, 0);
}

const std::vector<OptimizerOptions>& all_options() {
  static const std::vector<OptimizerOptions> options{AdamWOptions{.weight_decay = 0.1}, LambOptions{}, AdafactorOptions{.beta1 = 0.9},
                                                     SgdOptions{.momentum = 0.9, .dampening = 0.5}};
  return options;
}

/// Large enough for several pieces.
Parameters large_parameters() {
  return {{"large", scaled_normals({300, 333}, 3, 1, 0.1), Tensor(), true}, {"small", scaled_normals({17}, 3, 2, 0.1), Tensor(), false}};
}

bool same_bits(const Parameters& a, const Parameters& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(a[i].value.data(), b[i].value.data(), a[i].value.bytes()) != 0) return false;
  return true;
}

TEST(Optimizer, GivesTheSameBitsOnAnyNumberOfThreads) {
  for (const auto& options : all_options()) {
    auto one = large_parameters(), many = large_parameters();
    const auto first = make_optimizer(options, 1), second = make_optimizer(options, 3);
    for (std::uint64_t step = 0; step < 3; ++step) {
      set_gradients(one, step);
      set_gradients(many, step);
      first->step(one, 1e-2);
      second->step(many, 1e-2);
    }
    EXPECT_TRUE(same_bits(one, many)) << options.index();
    EXPECT_FALSE(same_bits(one, large_parameters())) << options.index();
  }
}

TEST(Optimizer, GoesOnFromItsStateBitForBit) {
  for (const auto& options : all_options()) {
    auto whole = large_parameters();
    auto optimizer = make_optimizer(options);
    for (std::uint64_t step = 0; step < 3; ++step) {
      set_gradients(whole, step);
      optimizer->step(whole, 1e-2);
    }
    Parameters later = whole;
    for (auto& parameter : later) parameter.value = parameter.value.clone();
    auto resumed = make_optimizer(options);
    resumed->load_state(optimizer->state(), optimizer->steps());
    for (std::uint64_t step = 3; step < 6; ++step) {
      set_gradients(whole, step);
      set_gradients(later, step);
      optimizer->step(whole, 1e-2);
      resumed->step(later, 1e-2);
    }
    EXPECT_TRUE(same_bits(whole, later)) << options.index();
    EXPECT_THROW(resumed->load_state({{"unknown.large", Tensor(DType::f32, {300, 333})}}, 1), Error);
    EXPECT_EQ(optimizer->steps(), resumed->steps());
  }
}

TEST(Optimizer, LeavesParametersWithoutGradientAlone) {
  for (const auto& options : all_options()) {
    auto parameters = large_parameters();
    set_gradients(parameters, 1);
    parameters[0].gradient = Tensor();
    make_optimizer(options)->step(parameters, 1e-2);
    const auto before = large_parameters();
    EXPECT_EQ(std::memcmp(parameters[0].value.data(), before[0].value.data(), before[0].value.bytes()), 0);
    EXPECT_NE(std::memcmp(parameters[1].value.data(), before[1].value.data(), before[1].value.bytes()), 0);
  }
}

TEST(Optimizer, RefusesWhatDoesNotFit) {
  for (const auto& options : all_options()) {
    const auto optimizer = make_optimizer(options);
    auto parameters = large_parameters();
    set_gradients(parameters, 0);
    parameters[1].gradient = Tensor(DType::f32, {16});
    EXPECT_THROW(optimizer->step(parameters, 1e-2), Error);
    set_gradients(parameters, 0);
    EXPECT_THROW(optimizer->step(parameters, std::numeric_limits<double>::quiet_NaN()), Error);
    EXPECT_TRUE(same_bits(parameters, large_parameters()));
    EXPECT_EQ(optimizer->steps(), 0);
    optimizer->step(parameters, 1e-2);
    Parameters other{{"large", Tensor(DType::f32, {3, 4}), Tensor(DType::f32, {3, 4}), true}};
    EXPECT_THROW(optimizer->step(other, 1e-2), Error);
  }
  EXPECT_THROW(make_optimizer(AdamWOptions{.beta1 = 1.0}), Error);
  EXPECT_THROW(make_optimizer(LambOptions{.epsilon = -1}), Error);
  EXPECT_THROW(make_optimizer(SgdOptions{.nesterov = true}), Error);
  EXPECT_THROW(make_optimizer(AdafactorOptions{.relative_step = false, .warmup_init = true}), Error);
}

TEST(GradientNorm, KeepsWhatIsSmallAndWhatIsNotFinite) {
  Parameters parameters{{"a", Tensor(DType::f32, {2}), Tensor::from<float>({2}, std::vector<float>{3.0F, 4.0F}), true}};
  EXPECT_DOUBLE_EQ(clip_gradient_norm(parameters, 10.0), 5.0);
  EXPECT_EQ(parameters[0].gradient.values<float>()[1], 4.0F);
  EXPECT_DOUBLE_EQ(clip_gradient_norm(parameters, 1.0, ClipRule::tensorflow), 5.0);
  EXPECT_FLOAT_EQ(parameters[0].gradient.values<float>()[1], 0.8F);
  parameters[0].gradient = Tensor::from<float>({2}, std::vector<float>{std::numeric_limits<float>::infinity(), 4.0F});
  EXPECT_TRUE(std::isinf(clip_gradient_norm(parameters, 1.0)));
  EXPECT_EQ(parameters[0].gradient.values<float>()[1], 4.0F);
  EXPECT_THROW(clip_gradient_norm(parameters, 0.0), Error);
}

TEST(ParameterAverage, FollowsTheValues) {
  Parameters parameters{{"a", Tensor::from<float>({2}, std::vector<float>{1.0F, 2.0F}), Tensor(), true}};
  ParameterAverage average(parameters, 0.75);
  parameters[0].value.mutable_values<float>()[0] = 5.0F;
  average.update(parameters);
  EXPECT_FLOAT_EQ(average.values()[0].second.values<float>()[0], 2.0F);
  EXPECT_FLOAT_EQ(average.values()[0].second.values<float>()[1], 2.0F);
  ParameterAverage other(parameters, 0.75);
  other.load(average.values());
  parameters[0].value.mutable_values<float>()[0] = 6.0F;
  average.update(parameters);
  other.update(parameters);
  EXPECT_EQ(average.values()[0].second.values<float>()[0], other.values()[0].second.values<float>()[0]);
  EXPECT_THROW(other.load({}), Error);
  EXPECT_THROW(other.load({{"b", Tensor(DType::f32, {2})}}), Error);
  EXPECT_THROW(ParameterAverage(parameters, 1.0), Error);
}

}  // namespace
