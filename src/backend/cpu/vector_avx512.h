// Sixteen lanes: AVX-512 F, BW, DQ and VL.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace albert::backend::cpu {

/// Operations are those of Avx2 (vector_avx2.h).
struct Avx512 {
  using F = __m512;
  using Mask = __mmask16;
  static constexpr int kWidth = 16;
  static constexpr int kTileRows = 8;  // 24 accumulators, 3 columns of B, 1 broadcast: 28 of 32 registers
  static constexpr int kTileVectors = 3;

  static F zero() { return _mm512_setzero_ps(); }
  static F set(float x) { return _mm512_set1_ps(x); }
  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, F v) { _mm512_storeu_ps(p, v); }
  static Mask first(int n) { return static_cast<Mask>((1U << n) - 1U); }
  static F load_some(const float* p, int n) { return _mm512_maskz_loadu_ps(first(n), p); }
  static void store_some(float* p, F v, int n) { _mm512_mask_storeu_ps(p, first(n), v); }
  static F keep(F a, int n) { return _mm512_maskz_mov_ps(first(n), a); }
  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F div(F a, F b) { return _mm512_div_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F fnma(F a, F b, F c) { return _mm512_fnmadd_ps(a, b, c); }
  static F square_error(F a, F square) { return _mm512_fmsub_ps(a, a, square); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }
  static F min(F a, F b) { return _mm512_min_ps(a, b); }
  static Mask less(F a, F b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static F select(Mask m, F a, F b) { return _mm512_mask_blend_ps(m, b, a); }
  static F abs(F a) { return _mm512_andnot_ps(_mm512_set1_ps(-0.0F), a); }
  static F copy_sign(F magnitude, F sign) {
    const F bit = _mm512_set1_ps(-0.0F);
    return _mm512_or_ps(_mm512_andnot_ps(bit, magnitude), _mm512_and_ps(bit, sign));
  }
  static F round(F a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static F scale(F a, F n) { return _mm512_scalef_ps(a, n); }
  // In halves, as Avx2 does: gcc's _mm512_reduce_add_ps leaves the order to the compiler.
  static __m256 upper(F a) { return _mm512_extractf32x8_ps(a, 1); }
  static float sum(F a) {
    const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(a), upper(a));
    __m128 v = _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
    v = _mm_add_ps(v, _mm_movehl_ps(v, v));
    return _mm_cvtss_f32(_mm_add_ss(v, _mm_movehdup_ps(v)));
  }
  static float largest(F a) {
    const __m256 half = _mm256_max_ps(_mm512_castps512_ps256(a), upper(a));
    __m128 v = _mm_max_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
    v = _mm_max_ps(v, _mm_movehl_ps(v, v));
    return _mm_cvtss_f32(_mm_max_ss(v, _mm_movehdup_ps(v)));
  }
};

}  // namespace albert::backend::cpu
