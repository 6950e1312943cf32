// Aligned memory that only grows: packed weights, and the scratch of each thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace albert::backend::cpu {

/// Floats at a 64-byte boundary, not initialised; large ones on huge pages where the system has them.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::int64_t count) { reserve(count); }
  ~Buffer();
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /// At least `count` floats; what was there is lost when the buffer grows. Error{resource}.
  float* reserve(std::int64_t count);
  [[nodiscard]] float* data() const noexcept { return data_; }

 private:
  float* data_ = nullptr;
  std::int64_t count_ = 0;
};

/// The calling thread's scratch for one purpose; valid until the thread asks for the same purpose again.
enum class Purpose { product, row, attention, panels, weights, partial_sums };
[[nodiscard]] float* scratch(Purpose purpose, std::int64_t count);

}  // namespace albert::backend::cpu
