// One persistent pool of threads: work in dynamic chunks, a short spin before sleeping.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "albert/threads.h"

namespace albert {

class ThreadPool {
 public:
  /// `threads` counts the calling thread; 0: one a core this process may use.
  explicit ThreadPool(int threads = 0);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int threads() const noexcept;

  /// Calls body(index) once for each index in [0, count), on all threads, and returns when all are
  /// done. Several callers take turns; a call from inside a body runs on the calling thread alone.
  /// The first exception is rethrown.
  void for_each(std::int64_t count, const std::function<void(std::int64_t index)>& body);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace albert
