// Memory for one computation, taken in order and given back all at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "base/memory.h"

namespace albert {

/// Grows while it must and keeps what it has: after a first run of a shape, taking allocates nothing.
class Arena {
 public:
  /// Room for `count` uninitialised elements, 64-byte aligned, until reset().
  template <class T>
  [[nodiscard]] T* take(std::int64_t count) {
    return reinterpret_cast<T*>(take_bytes(static_cast<std::size_t>(count) * sizeof(T)));
  }

  /// Ends the life of all that was taken. Several chunks become one that holds them all.
  void reset() {
    if (chunks_.size() > 1) {
      std::size_t total = 0;
      for (const auto& chunk : chunks_) total += chunk.size;
      chunks_.clear();
      chunks_.emplace_back(total);
    }
    used_ = 0;
  }

 private:
  static constexpr std::size_t kAlignment = 64;
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete(memory, std::align_val_t{kAlignment}); }
  };
  static std::byte* allocate(std::size_t bytes) {
    require_memory(bytes, "working space");
    return static_cast<std::byte*>(::operator new(bytes, std::align_val_t{kAlignment}));
  }
  struct Chunk {
    explicit Chunk(std::size_t bytes) : size(bytes), memory(allocate(bytes)) {}
    std::size_t size;
    std::unique_ptr<std::byte, Free> memory;
  };

  std::byte* take_bytes(std::size_t bytes) {
    bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    if (chunks_.empty() || chunks_.back().size - used_ < bytes) {
      chunks_.emplace_back(std::max<std::size_t>(bytes, 4096));
      used_ = 0;
    }
    std::byte* memory = chunks_.back().memory.get() + used_;
    used_ += bytes;
    return memory;
  }

  std::vector<Chunk> chunks_;
  std::size_t used_ = 0;  ///< bytes of the last chunk
};

/// Objects lent to one user at a time and used again.
template <class Object>
class Pool {
 public:
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Object> object) : pool_(pool), object_(std::move(object)) {}
    ~Lease() { pool_.give_back(std::move(object_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Object& operator*() const { return *object_; }
    Object* operator->() const { return object_.get(); }

   private:
    Pool& pool_;
    std::unique_ptr<Object> object_;
  };

  [[nodiscard]] Lease borrow() {
    std::unique_ptr<Object> object;
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        object = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!object) object = std::make_unique<Object>();
    return Lease(*this, std::move(object));
  }

 private:
  void give_back(std::unique_ptr<Object> object) {
    object->reset();
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(object));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<Object>> idle_;
};

}  // namespace albert
