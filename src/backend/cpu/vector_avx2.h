// Eight lanes with fused multiply-add.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace albert::backend::cpu {

/// One vector of floats and what the kernels do with it. Every instruction set has such a type; the
/// kernels are templates over it. `*_some` touch the first n < kWidth elements only (loads fill the
/// rest with zeros). max and min return the second operand when either is NaN. scale is a * 2^n for
/// whole n in [-160, 128].
struct Avx2 {
  using F = __m256;
  using Mask = __m256;
  static constexpr int kWidth = 8;
  static constexpr int kTileRows = 6;  // 12 accumulators, 2 columns of B, 1 broadcast: 15 of 16 registers
  static constexpr int kTileVectors = 2;

  static F zero() { return _mm256_setzero_ps(); }
  static F set(float x) { return _mm256_set1_ps(x); }
  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, F v) { _mm256_storeu_ps(p, v); }
  static __m256i first(int n) { return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
  static F load_some(const float* p, int n) { return _mm256_maskload_ps(p, first(n)); }
  static void store_some(float* p, F v, int n) { _mm256_maskstore_ps(p, first(n), v); }
  static F keep(F a, int n) { return _mm256_and_ps(a, _mm256_castsi256_ps(first(n))); }  // zeros from lane n on
  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F div(F a, F b) { return _mm256_div_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }    // a * b + c
  static F fnma(F a, F b, F c) { return _mm256_fnmadd_ps(a, b, c); }  // c - a * b
  /// What was lost when a * a was rounded to `square`.
  static F square_error(F a, F square) { return _mm256_fmsub_ps(a, a, square); }
  static F max(F a, F b) { return _mm256_max_ps(a, b); }
  static F min(F a, F b) { return _mm256_min_ps(a, b); }
  static Mask less(F a, F b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static F select(Mask m, F a, F b) { return _mm256_blendv_ps(b, a, m); }  // m ? a : b
  static F abs(F a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), a); }
  static F copy_sign(F magnitude, F sign) {
    const F bit = _mm256_set1_ps(-0.0F);
    return _mm256_or_ps(_mm256_andnot_ps(bit, magnitude), _mm256_and_ps(bit, sign));
  }
  static F round(F a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
  static F scale(F a, F n) {
    // In two halves, so that results below the normal range round once and those above overflow.
    const __m256i k = _mm256_cvtps_epi32(n);
    const __m256i half = _mm256_srai_epi32(k, 1);
    const __m256i bias = _mm256_set1_epi32(127);
    const F low = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, bias), 23));
    const F high = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_sub_epi32(k, half), bias), 23));
    return _mm256_mul_ps(_mm256_mul_ps(a, low), high);
  }
  static float sum(F a) {
    __m128 v = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    v = _mm_add_ps(v, _mm_movehl_ps(v, v));
    return _mm_cvtss_f32(_mm_add_ss(v, _mm_movehdup_ps(v)));
  }
  static float largest(F a) {
    __m128 v = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    v = _mm_max_ps(v, _mm_movehl_ps(v, v));
    return _mm_cvtss_f32(_mm_max_ss(v, _mm_movehdup_ps(v)));
  }
};

}  // namespace albert::backend::cpu
