// Replays the reference's autograd on every backend (tests/golden/make_gradients.py).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "albert/gradients.h"
#include "small_model.h"

namespace albert::testing {
namespace {

struct Replay {
  DeviceOptions device;
};

void PrintTo(const Replay& replay, std::ostream* out) { *out << replay.device.kind << " " << replay.device.isa; }

class GradientsGolden : public ::testing::TestWithParam<Replay> {};

constexpr double kTolerance = 2e-4;  // of a norm

struct Distance {
  double difference = 0, norm = 0;
  void add(const Tensor& ours, const float* reference) {
    for (std::int64_t i = 0; i < ours.size(); ++i) {
      const double a = at(ours, i), b = static_cast<double>(reference[i]);
      if (std::isnan(a) && std::isnan(b)) continue;
      difference += (a - b) * (a - b);
      norm += b * b;
    }
  }
};

/// The gradients of a case by the names of the golden.
std::vector<std::pair<std::string, Tensor>> gradients_of(const GoldenCase& golden, const std::shared_ptr<const Device>& device,
                                                         Activations activations) {
  const auto model = golden.build(Flavor::pytorch, device);
  RecordOptions options;
  options.activations = activations;
  options.forward.output_hidden_states = options.forward.output_attentions = true;
  const auto recording = model.record(golden.inputs(), options);
  Cotangents cotangents;
  if (const auto* fields = golden.json.find("cotangents"))
    for (const auto& field : fields->as_array())
      for (const auto& [name, tensor] : flatten(recording.output()))
        if (name == field.as_string()) cotangents.emplace_back(name, golden_value(golden.seed(), "cotangent " + name, tensor.shape(), 1.0));
  Gradients gradients(model.parameters(), device->options().dtype);
  recording.backward(gradients, cotangents);
  std::vector<std::pair<std::string, Tensor>> named;
  for (const auto& name : gradients.names()) named.emplace_back(name, gradients.at(name));
  if (gradients.inputs_embeds()) named.emplace_back("inputs_embeds", *gradients.inputs_embeds());
  return named;
}

void expect_gradients(const GoldenCase& golden, const std::vector<std::pair<std::string, Tensor>>& ours, const std::string& values) {
  const auto& expected = golden.json.find("gradients")->as_object();
  std::set<std::string> names, wanted;
  for (const auto& [name, tensor] : ours) names.insert(name);
  for (const auto& [name, spec] : expected) wanted.insert(name);
  ASSERT_EQ(names, wanted) << golden.name();
  std::vector<Distance> parts;
  Distance whole;
  for (const auto& [name, tensor] : ours) {
    const Json& spec = *golden.json.find("gradients")->find(name);
    ASSERT_EQ(tensor.shape(), shape_of(*spec.find("shape"))) << golden.name() << ": " << name;
    const auto first = static_cast<std::size_t>(spec.find("offset")->as_int()) * sizeof(float);
    std::vector<float> reference(static_cast<std::size_t>(tensor.size()));
    ASSERT_LE(first + reference.size() * sizeof(float), values.size());
    if (!reference.empty()) std::memcpy(reference.data(), values.data() + first, reference.size() * sizeof(float));
    parts.emplace_back().add(tensor, reference.data());
    whole.difference += parts.back().difference;
    whole.norm += parts.back().norm;
  }
  EXPECT_LE(std::sqrt(whole.difference), kTolerance * std::sqrt(whole.norm)) << golden.name();
  for (std::size_t i = 0; i < ours.size(); ++i) {
    // What should be zero (keys' biases, for one) is rounding on both sides.
    const double scale = std::max(std::sqrt(parts[i].norm), 1e-3 * std::sqrt(whole.norm));
    EXPECT_LE(std::sqrt(parts[i].difference), kTolerance * scale) << golden.name() << ": " << ours[i].first;
  }
}

TEST_P(GradientsGolden, AgreesWithAutograd) {
  const std::string stem = ALBERT_SOURCE_DIR "/tests/golden/gradients/pytorch";
  const Json cases = parse_json(read_whole_file(stem + ".json"));
  const std::string values = read_whole_file(stem + ".f32");
  const auto device = make_device(GetParam().device);
  ASSERT_FALSE(cases.as_array().empty());
  for (const auto& json : cases.as_array()) {
    const GoldenCase golden{json};
    try {
      for (const auto activations : {Activations::keep, Activations::recompute})
        expect_gradients(golden, gradients_of(golden, device, activations), values);
    } catch (const Error& error) {
      ADD_FAILURE() << golden.name() << ": " << to_string(error.code()) << ": " << error.what();
    }
  }
}

std::vector<Replay> replays() {
  std::vector<Replay> all{{{"ref", "", 0, DType::f32}}, {{"ref", "", 0, DType::f64}}};
  for (const auto& [isa, available] : instruction_sets())
    if (available) all.push_back({{"cpu", isa, 2, DType::f32}});
  return all;
}

std::string device_name(const ::testing::TestParamInfo<Replay>& info) {
  const auto& device = info.param.device;
  return device.kind + "_" + std::string(device.isa.empty() ? to_string(device.dtype) : std::string_view(device.isa));
}

INSTANTIATE_TEST_SUITE_P(Backends, GradientsGolden, ::testing::ValuesIn(replays()), device_name);

}  // namespace
}  // namespace albert::testing
