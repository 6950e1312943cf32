#include "byte_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "failure.h"
#include "interrupt.h"

namespace cli {

ByteStream::ByteStream(const std::string& path) : name_(path == "-" ? "standard input" : path) {
  if (path == "-") {
    descriptor_ = STDIN_FILENO;
  } else {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw Failure(Exit::missing, "cannot read " + path + ": " + std::strerror(errno));
  }
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0) return;
  if (S_ISDIR(status.st_mode)) {
    if (path != "-") ::close(descriptor_);
    throw Failure(Exit::missing, "cannot read " + name_ + ": it is a directory");
  }
  if (S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
}

ByteStream::~ByteStream() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

bool ByteStream::fill() {
  constexpr std::size_t kBuffer = std::size_t{1} << 16;
  if (end_) return false;
  before_ += buffer_.size();
  position_ = 0;
  buffer_.resize(kBuffer);
  while (true) {
    const ssize_t count = ::read(descriptor_, buffer_.data(), kBuffer);
    if (count < 0 && errno == EINTR) {
      check_interrupt();
      continue;
    }
    if (count < 0) throw Failure(Exit::missing, "cannot read " + name_ + ": " + std::strerror(errno));
    buffer_.resize(static_cast<std::size_t>(count));
    end_ = count == 0;
    return !end_;
  }
}

bool ByteStream::get_line(std::string& line, std::size_t limit, bool& too_long) {
  bool any = false;
  too_long = false;
  while (position_ < buffer_.size() || fill()) {
    any = true;
    const char* start = buffer_.data() + position_;
    const std::size_t available = buffer_.size() - position_;
    const char* feed = std::char_traits<char>::find(start, available, '\n');
    const std::size_t count = feed != nullptr ? static_cast<std::size_t>(feed - start) : available;
    const std::size_t room = limit - std::min(limit, line.size());
    line.append(start, std::min(count, room));
    too_long = too_long || count > room;
    position_ += count + (feed != nullptr ? 1 : 0);
    if (feed != nullptr) break;
    if (too_long && size_ == 0) return true;  // an endless line must not be waited for
  }
  return any;
}

bool ByteStream::ready() const {
  if (position_ < buffer_.size() || end_) return true;
  struct pollfd descriptor{descriptor_, POLLIN, 0};
  return ::poll(&descriptor, 1, 0) > 0;
}

}  // namespace cli
