// What the tests of the cpu backend share: every instruction set of the machine, numbers that are a
// function of a seed, and a comparison that names the first element that is off.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/cpu/cpu_backend.h"
#include "backend/ref/ref_backend.h"
#include "base/random.h"

namespace albert::backend {

/// Kernels with the lanes and tiles of AVX-512 in portable code, so that the one text of the kernels
/// is tested at those sizes on every machine.
extern const cpu::Kernels kSixteenLanes;

inline std::vector<std::string> machine_instruction_sets() {
  std::vector<std::string> names;
  for (const InstructionSet& set : instruction_set_list())
    if (set.available) names.push_back(set.name);
  names.emplace_back("sixteen_lanes");
  return names;
}

inline std::unique_ptr<const Backend<float>> make_backend(const std::string& isa, int threads) {
  return isa == "sixteen_lanes" ? make_cpu_backend(kSixteenLanes, threads) : make_cpu_backend(isa, threads);
}

/// Backends of one instruction set on 1 to 4 threads.
inline std::vector<std::unique_ptr<const Backend<float>>> backends_of(const std::string& isa) {
  std::vector<std::unique_ptr<const Backend<float>>> backends;
  for (int threads = 1; threads <= 4; ++threads) backends.push_back(make_backend(isa, threads));
  return backends;
}

inline std::vector<float> random_floats(std::int64_t count, std::uint64_t stream, double scale = 1) {
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(scale * normal(7, stream, i));
  return values;
}

inline std::vector<double> widen(const std::vector<float>& values) { return {values.begin(), values.end()}; }

/// |got - want| <= tolerance * max(1, largest |want|), NaN where NaN is wanted and only there.
inline void expect_close(const std::vector<float>& got, const std::vector<double>& want, double tolerance, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  double largest = 1;
  for (const double w : want)
    if (std::isfinite(w)) largest = std::max(largest, std::abs(w));
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double g = got[i], w = want[i];
    const bool same = std::isfinite(w) ? std::abs(g - w) <= tolerance * largest : (std::isnan(w) ? std::isnan(g) : g == w);
    ASSERT_TRUE(same) << what << ": element " << i << " is " << g << ", expected " << w;
  }
}

/// Bit for bit.
inline void expect_same(const std::vector<float>& got, const std::vector<float>& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint32_t>(got[i]), std::bit_cast<std::uint32_t>(want[i]))
        << what << ": element " << i << " is " << got[i] << ", expected " << want[i];
}

/// LayerNorm weights of some width, in both precisions.
struct TestLayerNorm {
  std::vector<float> gamma, beta;
  std::vector<double> gamma64, beta64;
  TestLayerNorm(std::int64_t width, std::uint64_t stream)
      : gamma(random_floats(width, stream)), beta(random_floats(width, stream + 1)), gamma64(widen(gamma)), beta64(widen(beta)) {}
  [[nodiscard]] LayerNormWeights<float> f32() const { return {gamma.data(), beta.data(), 1e-12, false}; }
  [[nodiscard]] LayerNormWeights<double> f64() const { return {gamma64.data(), beta64.data(), 1e-12, false}; }
};

}  // namespace albert::backend
