// The portable vector: the compiler's own vector type, for any machine.
#pragma once

#include <cstdint>

namespace albert::backend::cpu {

// g++ 12 forgets the size of a vector type that depends on a template parameter: so, one by one.
template <int kLanes>
struct Lanes;
template <>
struct Lanes<4> {
  using F = float __attribute__((vector_size(16)));
  using I = std::int32_t __attribute__((vector_size(16)));
};
template <>
struct Lanes<16> {
  using F = float __attribute__((vector_size(64)));
  using I = std::int32_t __attribute__((vector_size(64)));
};

/// Operations are those of Avx2 (vector_avx2.h), except that fma rounds twice.
template <int kLanes, int kRows, int kVectors>
struct Portable {
  using F = typename Lanes<kLanes>::F;
  using I = typename Lanes<kLanes>::I;
  using Mask = I;
  static constexpr int kWidth = kLanes;
  static constexpr int kTileRows = kRows;  // rows and vectors of a GEMM tile
  static constexpr int kTileVectors = kVectors;

  static F zero() { return F{}; }
  static F set(float x) { return F{} + x; }
  static F load(const float* p) {
    F v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  static void store(float* p, F v) { __builtin_memcpy(p, &v, sizeof v); }
  static F load_some(const float* p, int n) {
    float lanes[kWidth] = {};
    for (int i = 0; i < n; ++i) lanes[i] = p[i];
    return load(lanes);
  }
  static void store_some(float* p, F v, int n) {
    for (int i = 0; i < n; ++i) p[i] = v[i];
  }
  static F keep(F a, int n) {
    for (int i = n; i < kWidth; ++i) a[i] = 0;
    return a;
  }
  static F add(F a, F b) { return a + b; }
  static F sub(F a, F b) { return a - b; }
  static F mul(F a, F b) { return a * b; }
  static F div(F a, F b) { return a / b; }
  static F fma(F a, F b, F c) { return a * b + c; }
  static F fnma(F a, F b, F c) { return c - a * b; }
  /// What was lost when a * a was rounded to `square`, as far as this vector can tell.
  static F square_error(F a, F square) {
    const F split = a * set(4097.0F);
    const F high = split - (split - a);
    const F low = a - high;
    return ((high * high - square) + high * low + high * low) + low * low;
  }
  static F max(F a, F b) { return select(a > b, a, b); }
  static F min(F a, F b) { return select(a < b, a, b); }
  static Mask less(F a, F b) { return a < b; }
  static F select(Mask m, F a, F b) { return reinterpret_cast<F>((reinterpret_cast<I>(a) & m) | (reinterpret_cast<I>(b) & ~m)); }
  static F abs(F a) { return reinterpret_cast<F>(reinterpret_cast<I>(a) & 0x7fffffff); }
  static F copy_sign(F magnitude, F sign) {
    constexpr auto kSign = static_cast<std::int32_t>(0x80000000U);
    return reinterpret_cast<F>((reinterpret_cast<I>(magnitude) & ~kSign) | (reinterpret_cast<I>(sign) & kSign));
  }
  static F round(F a) {
    const F magic = set(12582912.0F);  // 1.5 * 2^23: rounds anything below 2^22
    return (a + magic) - magic;
  }
  static F scale(F a, F n) {
    // In two halves, so that results below the normal range round once and those above overflow.
    const I k = __builtin_convertvector(select(n == n, n, zero()), I);
    const I half = k >> 1;
    return a * reinterpret_cast<F>((half + 127) << 23) * reinterpret_cast<F>((k - half + 127) << 23);
  }
  static float sum(F a) {
    for (int half = kWidth / 2; half > 0; half /= 2)
      for (int i = 0; i < half; ++i) a[i] += a[i + half];
    return a[0];
  }
  static float largest(F a) {
    for (int i = 1; i < kWidth; ++i) a[0] = a[i] > a[0] ? a[i] : a[0];
    return a[0];
  }
};

/// Four lanes, which every 64-bit processor has.
using Scalar = Portable<4, 4, 2>;

}  // namespace albert::backend::cpu
