// FNV-1a, 64 bits: gives each named thing its own random stream.
#pragma once

#include <cstdint>
#include <string_view>

namespace albert {

[[nodiscard]] constexpr std::uint64_t name_hash(std::string_view name) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

}  // namespace albert
