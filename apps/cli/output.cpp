#include "output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>

#include "albert/output_file.h"
#include "failure.h"
#include "interrupt.h"

namespace cli {
namespace {

/// Writes all of `text`; `done` counts the bytes that are out, also when this ends by a throw. False on an error.
bool write_all(int descriptor, std::string_view text, std::size_t& done) {
  done = 0;
  while (done < text.size()) {
    check_interrupt();  // also after a part: a full pipe must not keep the program
    const ssize_t count = ::write(descriptor, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

bool is_regular(int descriptor) {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

/// Removes the last `count` bytes of a regular file that this program has just written.
void take_back(int descriptor, std::size_t count) {
  const int error = errno;
  const off_t end = ::lseek(descriptor, 0, SEEK_CUR);
  struct stat status{};
  if (count > 0 && end >= static_cast<off_t>(count) && ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
      status.st_size == end && ::ftruncate(descriptor, end - static_cast<off_t>(count)) == 0)
    ::lseek(descriptor, -static_cast<off_t>(count), SEEK_CUR);
  errno = error;
}

/// Failure{bad_data} unless the file is empty or ends with a line feed.
void require_whole_rows(int descriptor, const std::string& path) {
  const off_t size = ::lseek(descriptor, 0, SEEK_END);
  char last = '\n';
  if (size > 0 && ::pread(descriptor, &last, 1, size - 1) == 1 && last != '\n')
    throw Failure(Exit::bad_data, path + " does not end with a line feed: its last row is not whole, so nothing is added");
}

}  // namespace

struct Output::Impl {
  std::string name = "standard output";
  int descriptor = STDOUT_FILENO;
  std::unique_ptr<albert::OutputFile> file;  // written instead of the descriptor
  std::unique_ptr<DeferInterrupts> defer;
  std::string buffer;
  std::deque<std::size_t> row_ends;  // in the buffer
  std::int64_t rows = 0;

  /// Counts the rows that end within the first `done` bytes of the buffer; returns where the last of them ends.
  std::size_t count_rows(std::size_t done) {
    std::size_t whole = 0;
    for (; !row_ends.empty() && row_ends.front() <= done; row_ends.pop_front(), ++rows) whole = row_ends.front();
    return whole;
  }

  void drain() {
    std::size_t done = 0;
    const auto settle = [&] {
      const bool all = done == buffer.size();
      const std::size_t whole = count_rows(done);
      if (!all) take_back(descriptor, done - whole);
      buffer.clear();
      row_ends.clear();
    };
    bool good = false;
    try {
      good = write_all(descriptor, buffer, done);
    } catch (const Failure&) {
      settle();
      throw;
    }
    const int error = errno;
    settle();
    if (good) return;
    if (error == EPIPE) throw OutputClosed{};
    throw Failure(Exit::write, "cannot write " + name + ": " + std::strerror(error));
  }
};

Output::Output(const std::optional<std::string>& path, bool append) : impl_(std::make_unique<Impl>()) {
  if (!path || *path == "-") return;
  impl_->name = *path;
  impl_->defer = std::make_unique<DeferInterrupts>();
  if (!append) {
    impl_->file = in_stage(Stage::write, [&] { return std::make_unique<albert::OutputFile>(*path); });
    return;
  }
  constexpr int kReadable = 0666;
  impl_->descriptor = ::open(path->c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kReadable);
  if (impl_->descriptor < 0) impl_->descriptor = ::open(path->c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (impl_->descriptor < 0) throw Failure(Exit::write, "cannot write " + *path + ": " + std::strerror(errno));
  if (is_regular(impl_->descriptor)) require_whole_rows(impl_->descriptor, *path);
}

Output::~Output() {
  if (impl_->descriptor > STDOUT_FILENO) ::close(impl_->descriptor);
}

void Output::write(std::string_view text) {
  constexpr std::size_t kBuffer = std::size_t{1} << 18;
  if (impl_->file) return in_stage(Stage::write, [&] { impl_->file->write(text); });
  if (impl_->buffer.size() >= kBuffer) impl_->drain();
  impl_->buffer += text;
}

void Output::end_row() {
  if (impl_->file) {
    ++impl_->rows;
  } else {
    impl_->row_ends.push_back(impl_->buffer.size());
  }
}

std::int64_t Output::rows() const noexcept { return impl_->rows; }

void Output::flush() {
  if (!impl_->file) impl_->drain();
}

void Output::commit() {
  if (impl_->file) {
    check_interrupt();
    in_stage(Stage::write, [&] { impl_->file->commit(); });
  }
  flush();
}

bool Output::keeps_rows() const noexcept { return !impl_->file; }
bool Output::is_terminal() const noexcept { return !impl_->file && ::isatty(impl_->descriptor) == 1; }

void print(std::string_view text) {
  Output output;
  output.write(text);
  output.flush();
}

}  // namespace cli
