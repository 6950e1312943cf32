// The portable vector: the compiler's own four-lane type, for any machine.
#pragma once

#include <cstdint>

namespace albert::backend::cpu {

/// Operations are those of Avx2 (vector_avx2.h), except that fma rounds twice.
struct Scalar {
  using F = float __attribute__((vector_size(16)));
  using I = std::int32_t __attribute__((vector_size(16)));
  using Mask = I;
  static constexpr int kWidth = 4;
  static constexpr int kTileRows = 4;     // rows and vectors of a GEMM tile
  static constexpr int kTileVectors = 2;

  static F zero() { return F{}; }
  static F set(float x) { return F{x, x, x, x}; }
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
    return reinterpret_cast<F>((reinterpret_cast<I>(magnitude) & 0x7fffffff) | (reinterpret_cast<I>(sign) & ~I{} << 31));
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
  static float sum(F a) { return (a[0] + a[2]) + (a[1] + a[3]); }
  static float largest(F a) {
    const float x = a[0] > a[2] ? a[0] : a[2], y = a[1] > a[3] ? a[1] : a[3];
    return x > y ? x : y;
  }
};

}  // namespace albert::backend::cpu
