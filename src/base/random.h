// Philox4x32-10: random numbers that are a function of (seed, stream, index), whatever the thread.
//
// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011). tests/golden holds
// the same generator in Python, so that weights and inputs of goldens need not be stored.
#pragma once

#include <array>
#include <cstdint>

namespace albert {

/// Four 32-bit words for counter (index, stream) under key seed.
[[nodiscard]] std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) noexcept;

/// Uniform in [0, 1): (word i % 4 of philox(seed, stream, i / 4)) / 2^32.
[[nodiscard]] double uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t i) noexcept;

/// uniform() of one stream, element after element.
class UniformSequence {
 public:
  UniformSequence(std::uint64_t seed, std::uint64_t stream) noexcept : seed_(seed), stream_(stream) {}
  [[nodiscard]] double next() noexcept { return uniform(seed_, stream_, next_++); }

 private:
  std::uint64_t seed_, stream_, next_ = 0;
};

/// Standard normal by Box-Muller: words (w0, w1) give elements 0 and 1 of each four, (w2, w3) elements 2 and 3:
/// r = sqrt(-2 ln((w0 + 1) / 2^32)), t = 2 pi w1 / 2^32, values r cos t, r sin t.
[[nodiscard]] double normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t i) noexcept;

/// normal() of elements 4 block to 4 block + 3.
[[nodiscard]] std::array<double, 4> four_normals(std::uint64_t seed, std::uint64_t stream, std::uint64_t block) noexcept;

}  // namespace albert
