#include "backend/cpu/kernels.h"
#include "base/random.h"

namespace albert::backend::cpu {

void drop(float* x, std::int64_t n, std::uint64_t first, const Dropout& dropout) {
  const auto scale = static_cast<float>(1.0 / (1.0 - dropout.p));
  const auto count = static_cast<std::uint64_t>(n);
  for (std::uint64_t i = 0; i < count;) {
    const std::uint64_t element = first + i;
    const auto words = philox(dropout.seed, dropout.stream, element / 4);
    for (std::uint64_t w = element % 4; w < 4 && i < count; ++w, ++i) {
      const bool kept = static_cast<double>(words[w]) * 0x1p-32 >= dropout.p;
      x[i] = kept ? x[i] * scale : 0.0F;
    }
  }
}

}  // namespace albert::backend::cpu
