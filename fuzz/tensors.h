// Reads all that a weight file's reader gives.
#pragma once

#include "formats/named_tensors.h"
#include "fuzz.h"

namespace fuzz {

inline void touch(const albert::formats::NamedTensors& read) {
  for (const auto& [name, tensor] : read.tensors) {
    std::uint64_t count = 1;  // modulo 2^64
    for (const std::int64_t extent : tensor.shape()) {
      expect(extent >= 0, "a negative extent");
      count *= static_cast<std::uint64_t>(extent);
    }
    expect(count == static_cast<std::uint64_t>(tensor.size()), "the number of elements is the product of the shape");
    touch(std::span(tensor.data(), tensor.bytes()));
  }
  for (const auto& group : read.shared)
    for (const auto& name : group) expect(read.find(name) != nullptr, "a shared name is a tensor's");
}

}  // namespace fuzz
