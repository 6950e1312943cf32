#include "machine_peak.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace albert::bench {
namespace {

constexpr int kSteps = 20'000;

float keep;   // results go here, so that no loop is optimised away

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) double run_avx2() {
  __m256 sum[12];
  for (auto& s : sum) s = _mm256_set1_ps(keep);
  const __m256 a = _mm256_set1_ps(0.999F), b = _mm256_set1_ps(1e-3F);
  for (int i = 0; i < kSteps; ++i)
#pragma GCC unroll 12
    for (auto& s : sum) s = _mm256_fmadd_ps(s, a, b);
  for (const auto& s : sum) keep += _mm256_cvtss_f32(s) * 1e-9F;
  return 12.0 * 8 * 2 * kSteps;
}
__attribute__((target("avx512f,avx512vl"))) double run_avx512() {
  __m512 sum[12];
  for (auto& s : sum) s = _mm512_set1_ps(keep);
  const __m512 a = _mm512_set1_ps(0.999F), b = _mm512_set1_ps(1e-3F);
  for (int i = 0; i < kSteps; ++i)
#pragma GCC unroll 12
    for (auto& s : sum) s = _mm512_fmadd_ps(s, a, b);
  for (const auto& s : sum) keep += _mm_cvtss_f32(_mm512_extractf32x4_ps(s, 0)) * 1e-9F;
  return 12.0 * 16 * 2 * kSteps;
}
#endif

using Four = float __attribute__((vector_size(16)));
double run_scalar() {
  Four sum[8];
  for (auto& s : sum) s = Four{keep, keep, keep, keep};
  const Four a{0.999F, 0.999F, 0.999F, 0.999F}, b{1e-3F, 1e-3F, 1e-3F, 1e-3F};
  for (int i = 0; i < kSteps; ++i)
#pragma GCC unroll 8
    for (auto& s : sum) s = s * a + b;
  for (const auto& s : sum) keep += s[0] * 1e-9F;
  return 8.0 * 4 * 2 * kSteps;
}

}  // namespace

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double multiply_add_peak(std::string_view isa, double seconds) {
  auto run = run_scalar;
#if defined(__x86_64__)
  if (isa == "avx2") run = run_avx2;
  if (isa == "avx512") run = run_avx512;
#endif
  double best = 0;
  for (const double end = now() + seconds; now() < end;) {
    const double start = now();
    const double work = run();
    best = std::max(best, work / (now() - start));
  }
  return best * 1e-9;
}

double read_bandwidth(std::size_t bytes, double seconds) {
  std::vector<std::uint64_t> data(bytes / sizeof(std::uint64_t), 1);
  using Wide = std::uint64_t __attribute__((vector_size(64), aligned(8), may_alias));
  const auto* lines = reinterpret_cast<const Wide*>(data.data());
  const std::size_t count = bytes / sizeof(Wide);
  const std::size_t repeats = std::max<std::size_t>(1, (std::size_t{4} << 20U) / bytes);
  double best = 0;
  for (const double end = now() + seconds; now() < end;) {
    const double start = now();
    Wide a{}, b{};
    for (std::size_t r = 0; r < repeats; ++r) {
      for (std::size_t i = 0; i + 2 <= count; i += 2) {
        a += lines[i];
        b += lines[i + 1];
      }
      asm volatile("" : "+m"(*const_cast<Wide*>(lines)) : : "memory");
    }
    a += b;
    keep += static_cast<float>(a[0] & 1U) * 1e-9F;
    best = std::max(best, static_cast<double>(count * sizeof(Wide) * repeats) / (now() - start));
  }
  return best * 1e-9;
}

}  // namespace albert::bench
