// Files and standard input as sources of bytes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "albert/byte_stream.h"
#include "base/check.h"

namespace albert {
namespace {

class Descriptor final : public ByteSource {
 public:
  explicit Descriptor(const std::string& path) : name_(path == "-" ? "standard input" : path) {
    descriptor_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    require(descriptor_ >= 0, ErrorCode::not_found, "cannot read {}: {}", path, std::strerror(errno));
  }
  ~Descriptor() override {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  std::size_t read(std::span<char> bytes) override {
    ssize_t count = 0;
    do {
      count = ::read(descriptor_, bytes.data(), bytes.size());
    } while (count < 0 && errno == EINTR);
    require(count >= 0, errno == EISDIR ? ErrorCode::not_found : ErrorCode::io, "cannot read {}: {}", name_, std::strerror(errno));
    taken_ += static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }
  const std::string& name() const noexcept override { return name_; }
  std::uint64_t taken() const noexcept override { return taken_; }

 private:
  std::string name_;
  int descriptor_ = -1;
  std::uint64_t taken_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::string& path) { return std::make_unique<Descriptor>(path); }

std::uint64_t bytes_left(const std::string& path) {
  struct stat status{};
  const bool known = path == "-" ? ::fstat(STDIN_FILENO, &status) == 0 : ::stat(path.c_str(), &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) return 0;
  const off_t position = path == "-" ? ::lseek(STDIN_FILENO, 0, SEEK_CUR) : 0;
  return position >= 0 && position < status.st_size ? static_cast<std::uint64_t>(status.st_size - position) : 0;
}

}  // namespace albert
