#include "base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <exception>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

namespace albert {
namespace {

/// Checks of the task counter before a worker goes to sleep: a few microseconds.
constexpr int kSpins = 4000;

thread_local bool inside_body = false;

inline void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// CPUs that the control group grants, or 0 when it sets no limit.
int group_quota() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
  try {
    return std::max(1, static_cast<int>(std::lround(std::stod(quota) / period)));
  } catch (const std::exception&) {
    return 0;
  }
}

}  // namespace

int usable_cores() noexcept {
  cpu_set_t set;
  int cores = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : static_cast<int>(std::thread::hardware_concurrency());
  if (const int quota = group_quota(); quota > 0) cores = std::min(cores, quota);
  return std::max(1, cores);
}

struct ThreadPool::Impl {
  int size = 1;
  std::vector<std::thread> workers;

  std::mutex callers;  // one job at a time
  std::mutex sleep;
  std::condition_variable wake;
  std::atomic<std::uint64_t> generation{0};  // counts jobs
  std::atomic<bool> stop{false};

  const std::function<void(std::int64_t)>* body = nullptr;
  std::int64_t count = 0;
  std::atomic<std::int64_t> next{0};
  // A worker enters (active + 1) before it asks whether the job is open; the caller closes the job
  // before it asks whether anyone is active. So a late sleeper never delays or touches a finished job.
  std::atomic<bool> open{false};
  std::atomic<int> active{0};
  std::mutex failure_lock;
  std::exception_ptr failure;

  void drain() {
    inside_body = true;
    for (std::int64_t index; (index = next.fetch_add(1, std::memory_order_relaxed)) < count;) {
      try {
        (*body)(index);
      } catch (...) {
        const std::lock_guard lock(failure_lock);
        if (!failure) failure = std::current_exception();
        next.store(count, std::memory_order_relaxed);
      }
    }
    inside_body = false;
  }

  void work() {
    std::uint64_t seen = 0;
    for (;;) {
      for (int spin = 0; spin < kSpins && generation.load(std::memory_order_acquire) == seen; ++spin) relax();
      if (generation.load(std::memory_order_acquire) == seen) {
        std::unique_lock lock(sleep);
        wake.wait(lock, [&] { return generation.load(std::memory_order_acquire) != seen; });
      }
      seen = generation.load(std::memory_order_acquire);
      if (stop.load(std::memory_order_acquire)) return;
      active.fetch_add(1);
      if (open.load()) drain();
      active.fetch_sub(1);
    }
  }

  void announce() {
    {
      const std::lock_guard lock(sleep);
      generation.fetch_add(1, std::memory_order_acq_rel);
    }
    wake.notify_all();
  }
};

ThreadPool::ThreadPool(int threads) : impl_(std::make_unique<Impl>()) {
  impl_->size = threads > 0 ? threads : usable_cores();
  impl_->workers.reserve(static_cast<std::size_t>(impl_->size - 1));
  for (int i = 1; i < impl_->size; ++i) impl_->workers.emplace_back([this] { impl_->work(); });
}

ThreadPool::~ThreadPool() {
  impl_->stop.store(true, std::memory_order_release);
  impl_->announce();
  for (std::thread& worker : impl_->workers) worker.join();
}

int ThreadPool::threads() const noexcept { return impl_->size; }

void ThreadPool::for_each(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  if (impl_->size == 1 || count <= 1 || inside_body) {
    for (std::int64_t index = 0; index < count; ++index) body(index);
    return;
  }
  const std::lock_guard turn(impl_->callers);
  impl_->body = &body;
  impl_->count = count;
  impl_->failure = nullptr;
  impl_->next.store(0, std::memory_order_relaxed);
  impl_->open.store(true);
  impl_->announce();
  impl_->drain();
  impl_->open.store(false);
  // Bodies are short: a worker that is still in one leaves soon, unless its core is taken away.
  for (int spin = 0; impl_->active.load() != 0; ++spin) {
    if (spin < kSpins) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
  if (impl_->failure) std::rethrow_exception(impl_->failure);
}

}  // namespace albert
