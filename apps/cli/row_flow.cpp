#include "row_flow.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "failure.h"

namespace cli {
namespace {

constexpr std::size_t kMostAdaptedRows = 1024;
constexpr std::size_t kMostGroupRows = 64;                       // where windows are put together of what waits
constexpr std::size_t kMostWaitingBytes = std::size_t{1} << 20;  // read, not yet taken
constexpr std::size_t kRowBytes = 256;                           // what a row takes besides its texts, about

std::size_t size_of(const Row& row) {
  std::size_t size = kRowBytes;
  if (row.fields.is_object())
    for (const auto& [name, value] : row.fields.as_object())
      if (value.is_string()) size += value.as_string().size();
  return size;
}

/// Rows on their way.
struct Window {
  AnsweredWindow content;
  std::size_t bytes = 0;
  std::exception_ptr failure;
};

}  // namespace

struct RowFlow::Impl {
  Impl(const InputOptions& input, const WindowPlan& plan, AnswerWindow answer_window)
      : plan_(plan),
        answer_(std::move(answer_window)),
        most_unwritten_(static_cast<std::size_t>(plan.threads + 2) * plan.bytes),
        stop_(::eventfd(0, EFD_CLOEXEC)),
        reader_(input, {.before_waiting = [this] { push(); }, .stop = stop_}),
        window_rows_(std::max<std::size_t>(plan.rows, 1)) {}
  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    const std::uint64_t one = 1;
    static_cast<void>(!::write(stop_, &one, sizeof one));
    room_.notify_all();
    work_.notify_all();
    if (reading_.joinable()) reading_.join();  // no worker is started after this
    for (auto& worker : workers_) worker.join();
    ::close(stop_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void start() {
    reading_ = std::thread([this] { read(); });
  }

  // --- the reading thread ---

  void read() {
    std::exception_ptr failure;
    bool urgent = false;
    try {
      std::size_t most = group_rows();
      for (Row row; reader_.next(row);) {
        const bool cut_off = row.cut_off;
        group_.bytes += size_of(row);
        group_.content.rows.push_back(std::move(row));
        if (!cut_off && group_.content.rows.size() < most && group_.bytes < plan_.bytes) continue;
        push();
        most = group_rows();
      }
      push();
    } catch (const ReadingStopped&) {
      return;
    } catch (const Failure& end) {
      failure = std::current_exception();
      urgent = end.code() == Exit::interrupted;
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure && !urgent) push_quietly();
    const std::lock_guard lock(mutex_);
    ended_ = true;
    urgent_ = urgent;
    end_failure_ = failure;
    work_.notify_all();
    answered_some_.notify_all();
  }

  [[nodiscard]] std::size_t group_rows() {
    const std::lock_guard lock(mutex_);
    return plan_.adapt ? std::min(window_rows_, kMostGroupRows) : plan_.rows;
  }

  /// Lets the answering threads have what was read so far.
  void push() {
    if (group_.content.rows.empty()) return;
    group_.content.part = reader_.progress();
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return stopped_ || waiting_bytes_ < kMostWaitingBytes; });
    if (stopped_) throw ReadingStopped{};
    waiting_bytes_ += group_.bytes;
    waiting_.push_back(std::move(group_));
    group_ = Window{};
    if (idle_ < static_cast<int>(waiting_.size()) && static_cast<int>(workers_.size()) < plan_.threads) add_worker();
    work_.notify_one();
  }

  void add_worker() {
    try {
      workers_.emplace_back([this] { work(); });
    } catch (...) {
      // Fewer than planned do; with none, nobody would ever take what waits.
      if (!workers_.empty()) return;
      waiting_.clear();
      waiting_bytes_ = 0;
      throw;
    }
  }

  void push_quietly() noexcept {
    try {
      push();
    } catch (...) {  // stopped: nobody wants these rows
      group_ = Window{};
    }
  }

  // --- the answering threads ---

  /// The next window and its number; null when there is none any more.
  std::optional<Window> take(std::uint64_t& number) {
    std::unique_lock lock(mutex_);
    ++idle_;
    // A window that alone exceeds the limit is let through when nothing else is on its way.
    work_.wait(lock, [this] {
      return stopped_ ||
             (waiting_.empty() ? ended_ : unwritten_bytes_ == 0 || unwritten_bytes_ + waiting_.front().bytes <= most_unwritten_);
    });
    --idle_;
    if (stopped_ || waiting_.empty()) return std::nullopt;
    Window window = pop();
    while (plan_.adapt && !waiting_.empty() && window.content.rows.size() + waiting_.front().content.rows.size() <= window_rows_ &&
           window.bytes + waiting_.front().bytes <= plan_.bytes) {
      Window more = pop();
      std::move(more.content.rows.begin(), more.content.rows.end(), std::back_inserter(window.content.rows));
      window.bytes += more.bytes;
      window.content.part = more.content.part;
    }
    unwritten_bytes_ += window.bytes;
    number = taken_++;
    room_.notify_one();
    return window;
  }

  Window pop() {
    Window window = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= window.bytes;
    return window;
  }

  void work() {
    std::uint64_t number = 0;
    while (auto window = take(number)) {
      const auto start = std::chrono::steady_clock::now();
      try {
        answer(window->content);
      } catch (...) {
        window->failure = std::current_exception();
      }
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const std::lock_guard lock(mutex_);
      if (plan_.adapt && seconds < 0.5) window_rows_ = std::min(kMostAdaptedRows, std::max(window_rows_, window->content.rows.size() * 2));
      if (plan_.adapt && seconds > 1.5) window_rows_ = std::max<std::size_t>(1, window->content.rows.size() / 2);
      answered_.emplace(number, std::move(*window));
      answered_some_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    answered_some_.notify_all();
  }

  void answer(AnsweredWindow& window) const {
    const auto first_bad = std::find_if(window.rows.begin(), window.rows.end(), [](const Row& row) { return row.error.has_value(); });
    if (first_bad == window.rows.end()) {
      window.answers = answer_(window.rows);
      return;
    }
    std::vector<Row> good;
    for (const Row& row : window.rows)
      if (!row.error) good.push_back(row);
    if (!good.empty()) window.answers = answer_(good);
  }

  // --- the caller ---

  [[nodiscard]] bool has_next() const { return !answered_.empty() && answered_.begin()->first == given_; }
  [[nodiscard]] bool at_end() const { return urgent_ || (ended_ && waiting_.empty() && given_ == taken_); }

  std::optional<AnsweredWindow> next() {
    std::unique_lock lock(mutex_);
    unwritten_bytes_ -= std::exchange(given_bytes_, 0);
    work_.notify_all();
    answered_some_.wait(lock, [this] { return has_next() || at_end(); });
    if (urgent_ || !has_next()) {
      if (end_failure_) std::rethrow_exception(end_failure_);
      return std::nullopt;
    }
    Window window = std::move(answered_.begin()->second);
    answered_.erase(answered_.begin());
    ++given_;
    given_bytes_ = window.bytes;
    if (window.failure) std::rethrow_exception(window.failure);
    return std::move(window.content);
  }

  const WindowPlan plan_;
  const AnswerWindow answer_;
  const std::size_t most_unwritten_;  // bytes of rows that were taken; their answers may be twenty times as long
  const int stop_;                    // readable once the flow ends
  RowReader reader_;                  // the reading thread's, as group_ is
  Window group_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable room_, work_, answered_some_;
  bool stopped_ = false;
  bool ended_ = false, urgent_ = false;
  std::exception_ptr end_failure_;
  std::size_t window_rows_;
  std::deque<Window> waiting_;
  std::size_t waiting_bytes_ = 0, unwritten_bytes_ = 0, given_bytes_ = 0;
  int idle_ = 0;
  std::uint64_t taken_ = 0, given_ = 0;  // windows
  std::map<std::uint64_t, Window> answered_;

  std::thread reading_;
  std::vector<std::thread> workers_;
};

RowFlow::RowFlow(const InputOptions& input, const WindowPlan& plan, AnswerWindow answer)
    : impl_(std::make_unique<Impl>(input, plan, std::move(answer))) {
  impl_->start();
}
RowFlow::~RowFlow() = default;

std::optional<AnsweredWindow> RowFlow::next() { return impl_->next(); }

bool RowFlow::ready() const {
  const std::lock_guard lock(impl_->mutex_);
  return impl_->has_next();
}

}  // namespace cli
