#include "backend/cpu/memory.h"

#include <cstdlib>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "base/check.h"

namespace albert::backend::cpu {

Buffer::~Buffer() { std::free(data_); }

float* Buffer::reserve(std::int64_t count) {
  if (count <= count_) return data_;
  constexpr std::size_t kLine = 64, kHugePage = std::size_t{1} << 21U;
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(float);
  const std::size_t alignment = bytes >= kHugePage ? kHugePage : kLine;
  const std::size_t rounded = (bytes + kLine - 1) / kLine * kLine;
  std::free(data_);
  count_ = 0;
  data_ = static_cast<float*>(std::aligned_alloc(alignment, (rounded + alignment - 1) / alignment * alignment));
  require(data_ != nullptr, ErrorCode::resource, "no memory for {} bytes of weights or working space", bytes);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  if (alignment == kHugePage) madvise(data_, rounded, MADV_HUGEPAGE);  // advice: may fail
#endif
  count_ = count;
  return data_;
}

float* scratch(Purpose purpose, std::int64_t count) {
  static thread_local Buffer buffers[6];
  return buffers[static_cast<int>(purpose)].reserve(count);
}

}  // namespace albert::backend::cpu
