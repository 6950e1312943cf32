#include "raw_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "failure.h"
#include "interrupt.h"

namespace cli {

RawInput::RawInput(const std::string& path, Patience patience)
    : name_(path == "-" ? "standard input" : path), patience_(std::move(patience)) {
  descriptor_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) throw Failure(Exit::missing, "cannot read " + path + ": " + std::strerror(errno));
  struct stat status{};
  if (::fstat(descriptor_, &status) == 0 && S_ISDIR(status.st_mode)) {
    if (path != "-") ::close(descriptor_);
    throw Failure(Exit::missing, "cannot read " + name_ + ": it is a directory");
  }
}

RawInput::~RawInput() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

void RawInput::wait() const {
  struct pollfd watched[] = {{descriptor_, POLLIN, 0}, {interrupt_descriptor(), POLLIN, 0}, {patience_.stop, POLLIN, 0}};
  if (::poll(watched, std::size(watched), 0) <= 0) {
    if (patience_.before_waiting) patience_.before_waiting();
    while (::poll(watched, std::size(watched), -1) < 0 && errno == EINTR) check_interrupt();
  }
  check_interrupt();
  if (watched[2].revents != 0) throw ReadingStopped{};
}

std::size_t RawInput::read(std::span<char> bytes) {
  while (true) {
    wait();
    const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) throw Failure(Exit::missing, "cannot read " + name_ + ": " + std::strerror(errno));
    taken_ += static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }
}

}  // namespace cli
