// Vector exp, tanh, sigmoid and the normal distribution function, each within about two units in
// the last place. NaN stays NaN.
#pragma once

namespace albert::backend::cpu {

/// Horner's rule; coefficients from the highest power down.
template <class V, int N>
inline typename V::F polynomial(typename V::F x, const float (&coefficients)[N]) {
  typename V::F sum = V::set(coefficients[0]);
#pragma GCC unroll 16
  for (int i = 1; i < N; ++i) sum = V::fma(sum, x, V::set(coefficients[i]));
  return sum;
}

/// e^x: 0 below -104, infinity above 88.73.
template <class V>
inline typename V::F exp(typename V::F x) {
  using F = typename V::F;
  x = V::min(V::set(89.0F), V::max(V::set(-105.0F), x));
  const F n = V::round(V::mul(x, V::set(1.44269504088896341F)));
  // ln 2 in two parts: n times the first is exact.
  const F r = V::fnma(n, V::set(-2.12194440e-4F), V::fnma(n, V::set(0.693359375F), x));
  static constexpr float kPower[] = {1.9875691500e-4F, 1.3981999507e-3F, 8.3334519073e-3F,
                                     4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F};
  const F tail = polynomial<V>(r, kPower);
  const F power = V::add(V::fma(V::mul(r, r), tail, r), V::set(1.0F));
  return V::scale(power, n);
}

/// 1 / (1 + e^-x).
template <class V>
inline typename V::F sigmoid(typename V::F x) {
  const typename V::F one = V::set(1.0F);
  return V::div(one, V::add(one, exp<V>(V::sub(V::zero(), x))));
}

template <class V>
inline typename V::F tanh(typename V::F x) {
  using F = typename V::F;
  const F one = V::set(1.0F), two = V::set(2.0F), a = V::abs(x);
  const F far = V::copy_sign(V::sub(one, V::div(two, V::add(one, exp<V>(V::mul(two, a))))), x);
  static constexpr float kNear[] = {-5.70498872745e-3F, 2.06390887954e-2F, -5.37397155531e-2F, 1.33314422036e-1F, -3.33332819422e-1F};
  const F z = V::mul(x, x);
  const F near = V::fma(V::mul(polynomial<V>(z, kNear), z), x, x);
  return V::select(V::less(a, V::set(0.625F)), near, far);
}

/// Phi(x), the standard normal distribution function, accurate relative to itself in the lower tail:
/// Phi(-a) = exp(-a^2 / 2) t P(t) with t = 1 / (1 + 0.35 a), P a minimax fit (3e-8) on [0, 14.3].
template <class V>
inline typename V::F normal_cdf(typename V::F x) {
  using F = typename V::F;
  const F one = V::set(1.0F);
  const F a = V::min(V::set(14.5F), V::abs(x));
  const F t = V::div(one, V::fma(V::set(0.35F), a, one));
  static constexpr float kFit[] = {-2.9154083815e-2F, 1.4401206531e-1F, -2.5579923907e-1F, 1.5927324347e-1F, -2.3179585108e-2F,
                                   1.0553825776e-1F,  1.1982500031e-1F, 1.3986298699e-1F,  1.3962133818e-1F};
  const F p = V::mul(polynomial<V>(t, kFit), t);
  const F square = V::mul(a, a);
  const F half = V::set(-0.5F);
  const F correction = V::fma(V::square_error(a, square), half, one);  // e^-d/2 of the rounded-off part d of a^2
  const F tail = V::mul(V::mul(exp<V>(V::mul(square, half)), correction), p);
  return V::select(V::less(x, V::zero()), tail, V::sub(one, tail));
}

/// exp(-x^2 / 2) / sqrt(2 pi), the standard normal density.
template <class V>
inline typename V::F normal_density(typename V::F x) {
  using F = typename V::F;
  const F a = V::min(V::set(14.5F), V::abs(x));
  return V::mul(V::set(0.3989422804014327F), exp<V>(V::mul(V::set(-0.5F), V::mul(a, a))));
}

}  // namespace albert::backend::cpu
