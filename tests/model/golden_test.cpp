// Replays the reference's forward passes on every backend (tests/golden/make_models.py, make_flavors.py).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "albert/device.h"
#include "golden_case.h"

namespace albert::testing {
namespace {

struct Replay {
  std::string goldens;  ///< file name without extension
  Flavor flavor;
  DeviceOptions device;
};

void PrintTo(const Replay& replay, std::ostream* out) {
  *out << replay.goldens << " on " << replay.device.kind << " " << replay.device.isa;
}

class GoldenTest : public ::testing::TestWithParam<Replay> {};

float number_of(const Tensor& tensor, std::int64_t i) {
  return tensor.dtype() == DType::f64 ? static_cast<float>(tensor.values<double>()[static_cast<std::size_t>(i)])
                                      : tensor.values<float>()[static_cast<std::size_t>(i)];
}

/// max |a - b| <= tolerance max(1, max |reference|); NaN and infinities alike.
void expect_close(const std::string& what, const Tensor& ours, const float* reference, double tolerance) {
  double largest = 1, difference = 0;
  for (std::int64_t i = 0; i < ours.size(); ++i) {
    const float a = number_of(ours, i), b = reference[i];
    ASSERT_EQ(std::isfinite(a), std::isfinite(b)) << what << " element " << i << ": " << a << " and " << b;
    if (!std::isfinite(b)) {
      ASSERT_EQ(std::isnan(a), std::isnan(b)) << what;
      continue;
    }
    largest = std::max(largest, std::abs(static_cast<double>(b)));
    difference = std::max(difference, std::abs(static_cast<double>(a) - static_cast<double>(b)));
  }
  EXPECT_LE(difference, tolerance * largest) << what;
}

void expect_error(const GoldenCase& golden, const Replay& replay, const std::shared_ptr<const Device>& device) {
  const auto& exception = golden.json.find("error")->as_string();
  try {
    (void)golden.build(replay.flavor, device).forward(golden.inputs(), golden.options());
    ADD_FAILURE() << golden.name() << ": expected " << exception;
  } catch (const Error& error) {
    EXPECT_TRUE(stands_for(error.code(), exception))
        << golden.name() << ": " << to_string(error.code()) << " (" << error.what() << ") for " << exception;
  }
}

void expect_outputs(const GoldenCase& golden, const Replay& replay, const std::shared_ptr<const Device>& device,
                    const std::string& values) {
  const auto model = golden.build(replay.flavor, device);
  auto output = model.forward(golden.inputs(), golden.options());
  if (golden.json.find("again") != nullptr) {
    output = model.forward(golden.inputs("again"), golden.options());
    EXPECT_EQ(model.config().problem_type(), golden.json.find("problem_type")->as_string());
  }
  const auto fields = flatten(output);
  const auto& expected = golden.json.find("outputs")->as_object();
  ASSERT_EQ(fields.size(), expected.size()) << golden.name();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto& [name, spec] = expected[i];
    const std::string what = golden.name() + ": " + name;
    ASSERT_EQ(fields[i].first, name) << what;
    ASSERT_EQ(fields[i].second.shape(), shape_of(*spec.find("shape"))) << what;
    EXPECT_EQ(fields[i].second.dtype(), replay.device.dtype) << what;
    std::vector<float> reference(static_cast<std::size_t>(fields[i].second.size()));
    const auto first = static_cast<std::size_t>(spec.find("offset")->as_int()) * sizeof(float);
    ASSERT_LE(first + reference.size() * sizeof(float), values.size()) << what;
    if (!reference.empty()) std::memcpy(reference.data(), values.data() + first, reference.size() * sizeof(float));
    const auto* tolerance = golden.json.find("tolerance");
    expect_close(what, fields[i].second, reference.data(), tolerance == nullptr ? 2e-5 : tolerance->as_double());
  }
}

TEST_P(GoldenTest, AgreesWithTheReference) {
  const auto& replay = GetParam();
  const std::string stem = std::string(ALBERT_SOURCE_DIR "/tests/golden/models/") + replay.goldens;
  const Json cases = parse_json(read_whole_file(stem + ".json"));
  const std::string values = read_whole_file(stem + ".f32");
  const auto device = make_device(replay.device);
  ASSERT_FALSE(cases.as_array().empty());
  for (const auto& json : cases.as_array()) {
    const GoldenCase golden{json};
    SCOPED_TRACE(golden.name());
    try {
      if (json.find("error") != nullptr)
        expect_error(golden, replay, device);
      else
        expect_outputs(golden, replay, device, values);
    } catch (const Error& error) {
      ADD_FAILURE() << golden.name() << ": " << to_string(error.code()) << ": " << error.what();
    }
  }
}

std::vector<Replay> replays() {
  std::vector<Replay> all;
  for (const auto& [goldens, flavor] :
       {std::pair{"pytorch", Flavor::pytorch}, {"tensorflow", Flavor::tensorflow}, {"flax", Flavor::flax}}) {
    all.push_back({goldens, flavor, {"ref", "", 0, DType::f32}});
    all.push_back({goldens, flavor, {"ref", "", 0, DType::f64}});
    for (const auto& [isa, available] : instruction_sets())
      if (available) all.push_back({goldens, flavor, {"cpu", isa, 2, DType::f32}});
  }
  return all;
}

std::string replay_name(const ::testing::TestParamInfo<Replay>& info) {
  const auto& device = info.param.device;
  std::string name =
      fmt::format("{}_{}_{}", info.param.goldens, device.kind, device.isa.empty() ? to_string(device.dtype) : std::string_view(device.isa));
  for (auto& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Backends, GoldenTest, ::testing::ValuesIn(replays()), replay_name);

}  // namespace
}  // namespace albert::testing
