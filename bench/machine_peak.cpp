#include "machine_peak.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace albert::bench {
namespace {

constexpr int kSteps = 20'000;

float keep;  // results go here, so that no loop is optimised away

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
  for (const auto& s : sum) keep += _mm512_cvtss_f32(s) * 1e-9F;
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

/// Sum of `count` floats, a multiple of 64.
float read_portable(const float* p, std::size_t count) {
  Four sum[4] = {};
  for (std::size_t i = 0; i < count; i += 16)
    for (std::size_t k = 0; k < 4; ++k) sum[k] += *reinterpret_cast<const Four*>(p + i + 4 * k);
  const Four all = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  return all[0] + all[1] + all[2] + all[3];
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) float read_avx2(const float* p, std::size_t count) {
  __m256 sum[8];
  for (auto& s : sum) s = _mm256_setzero_ps();
  for (std::size_t i = 0; i < count; i += 64)
#pragma GCC unroll 8
    for (std::size_t k = 0; k < 8; ++k) sum[k] = _mm256_add_ps(sum[k], _mm256_loadu_ps(p + i + 8 * k));
#pragma GCC unroll 8
  for (std::size_t k = 1; k < 8; ++k) sum[0] = _mm256_add_ps(sum[0], sum[k]);
  return _mm256_cvtss_f32(sum[0]);
}
float read_all(const float* p, std::size_t count) { return __builtin_cpu_supports("avx2") ? read_avx2(p, count) : read_portable(p, count); }
#else
float read_all(const float* p, std::size_t count) { return read_portable(p, count); }
#endif

}  // namespace

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double thread_now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

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
  const std::vector<float> data(bytes / sizeof(float), 1.0F);
  const std::size_t repeats = std::max<std::size_t>(1, (std::size_t{4} << 20U) / bytes);
  double best = 0;
  for (const double end = now() + seconds; now() < end;) {
    const double start = now();
    for (std::size_t r = 0; r < repeats; ++r) keep += read_all(data.data(), data.size()) * 1e-20F;
    best = std::max(best, static_cast<double>(data.size() * sizeof(float) * repeats) / (now() - start));
  }
  return best * 1e-9;
}

}  // namespace albert::bench
