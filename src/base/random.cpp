#include "base/random.h"

#include <cmath>
#include <numbers>

namespace albert {
namespace {

std::array<double, 2> box_muller(std::uint32_t first, std::uint32_t second) noexcept {
  const double radius = std::sqrt(-2.0 * std::log((first + 1.0) * 0x1p-32));
  const double angle = 2.0 * std::numbers::pi * (second * 0x1p-32);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) noexcept {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };

  std::array<std::uint32_t, 4> counter{low(index), high(index), low(stream), high(stream)};
  std::uint32_t key0 = low(seed), key1 = high(seed);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0], product1 = kMultiplier1 * counter[2];
    counter = {high(product1) ^ counter[1] ^ key0, low(product1), high(product0) ^ counter[3] ^ key1, low(product0)};
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return counter;
}

double uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t i) noexcept { return philox(seed, stream, i / 4)[i % 4] * 0x1p-32; }

double normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t i) noexcept {
  const auto words = philox(seed, stream, i / 4);
  const std::size_t pair = (i % 4) / 2 * 2;
  return box_muller(words[pair], words[pair + 1])[i % 2];
}

std::array<double, 4> four_normals(std::uint64_t seed, std::uint64_t stream, std::uint64_t block) noexcept {
  const auto words = philox(seed, stream, block);
  const auto first = box_muller(words[0], words[1]), second = box_muller(words[2], words[3]);
  return {first[0], first[1], second[0], second[1]};
}

}  // namespace albert
