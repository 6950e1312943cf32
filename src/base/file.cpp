#include "base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/check.h"

namespace albert {
namespace {

/// What a pipe or a device may deliver before it is refused.
constexpr std::size_t kLargestUnmapped = std::size_t{1} << 29;
/// How long a pipe may lack a writer.
constexpr int kWriterMilliseconds = 10'000;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

std::string reason() { return std::strerror(errno); }

class Mapping final : public MappedFile {
 public:
  Mapping(void* address, std::size_t size, std::string name) : address_(address), size_(size), name_(std::move(name)) {}
  ~Mapping() override { ::munmap(address_, size_); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept override { return {static_cast<const std::byte*>(address_), size_}; }
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }

 private:
  void* address_;
  std::size_t size_;
  std::string name_;
};

class Buffer final : public MappedFile {
 public:
  Buffer(std::vector<std::byte> bytes, std::string name) : bytes_(std::move(bytes)), name_(std::move(name)) {}
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept override { return bytes_; }
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }

 private:
  std::vector<std::byte> bytes_;
  std::string name_;
};

class Memory final : public MappedFile {
 public:
  Memory(std::span<const std::byte> bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept override { return bytes_; }
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }

 private:
  std::span<const std::byte> bytes_;
  std::string name_;
};

bool wait_for_input(int descriptor, int milliseconds) {
  pollfd wanted{descriptor, POLLIN, 0};
  return ::poll(&wanted, 1, milliseconds) > 0;
}

/// Everything from a descriptor that does not block: of a pipe that nobody opens for writing, a
/// blocking one would never come back.
std::vector<std::byte> read_all(int descriptor, mode_t mode, const std::string& path) {
  std::vector<std::byte> bytes;
  bool written = !S_ISFIFO(mode);  // whether an end of file is one, or the writer is still to come
  bool waited = false;
  for (;;) {
    const std::size_t used = bytes.size();
    bytes.resize(used + (std::size_t{1} << 16) + used / 2);
    const ssize_t count = ::read(descriptor, bytes.data() + used, bytes.size() - used);
    bytes.resize(used + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN && !S_ISREG(mode)) {
      written = true;
      static_cast<void>(wait_for_input(descriptor, -1));
      continue;
    }
    require(count >= 0, ErrorCode::io, "cannot read {}: {}", path, reason());
    if (count == 0) {
      if (written) return bytes;
      require(!waited, ErrorCode::io, "cannot read {}: nobody writes into this pipe", path);
      waited = true;
      written = wait_for_input(descriptor, kWriterMilliseconds);  // so does a writer that came and went
      continue;
    }
    written = true;
    require(bytes.size() <= kLargestUnmapped, ErrorCode::resource, "{}: more than {} bytes from something that is not a regular file", path,
            kLargestUnmapped);
  }
}

}  // namespace

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.get() < 0) {
    const ErrorCode code = errno == ENOENT || errno == ENOTDIR ? ErrorCode::not_found : ErrorCode::io;
    fail(code, "cannot open {}: {}", path, reason());
  }
  struct stat status{};
  require(::fstat(descriptor.get(), &status) == 0, ErrorCode::io, "cannot read {}: {}", path, reason());
  require(!S_ISDIR(status.st_mode), ErrorCode::io, "cannot read {}: it is a directory", path);
  if (S_ISREG(status.st_mode) && status.st_size > 0) {
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
    if (address != MAP_FAILED) return std::make_shared<Mapping>(address, size, path);
  }
  return std::make_shared<Buffer>(read_all(descriptor.get(), status.st_mode, path), path);
}

std::shared_ptr<const MappedFile> MappedFile::from_memory(std::span<const std::byte> bytes, std::string name) {
  return std::make_shared<Memory>(bytes, std::move(name));
}

struct FileWriter::Impl {
  std::string path;
  std::string temporary;  // empty: written in place
  int descriptor = -1;
  std::vector<std::byte> buffer;

  void write_through(const std::byte* data, std::size_t count) {
    while (count > 0) {
      const ssize_t written = ::write(descriptor, data, count);
      if (written < 0 && errno == EINTR) continue;
      require(written >= 0, ErrorCode::io, "cannot write {}: {}", path, reason());
      data += written;
      count -= static_cast<std::size_t>(written);
    }
  }
  void flush() {
    write_through(buffer.data(), buffer.size());
    buffer.clear();
  }
  void close() {
    if (descriptor < 0) return;
    const int status = ::close(std::exchange(descriptor, -1));
    require(status == 0, ErrorCode::io, "cannot write {}: {}", path, reason());
  }
};

FileWriter::FileWriter(const std::string& path) : impl_(std::make_unique<Impl>()) {
  struct stat status{};
  const bool exists = ::stat(path.c_str(), &status) == 0;
  require(!exists || !S_ISDIR(status.st_mode), ErrorCode::io, "cannot write {}: it is a directory", path);
  impl_->path = path;
  if (exists && !S_ISREG(status.st_mode)) {
    impl_->descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    require(impl_->descriptor >= 0, ErrorCode::io, "cannot write {}: {}", path, reason());
    return;
  }
  // A link keeps pointing at its file: the file itself is replaced, or made where it is missing.
  constexpr int kMostLinks = 40;
  std::error_code ignored;
  std::filesystem::path target = path;
  for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(target, ignored); ++links)
    target = target.parent_path() / std::filesystem::read_symlink(target, ignored);
  impl_->path = target.string();
  impl_->temporary = impl_->path + ".XXXXXX";
  Descriptor descriptor(::mkostemp(impl_->temporary.data(), O_CLOEXEC));
  require(descriptor.get() >= 0, ErrorCode::io, "cannot write {}: {}", path, reason());
  mode_t mode = 0666;
  if (exists) {
    mode = status.st_mode & 07777;
  } else {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    mode &= ~mask;
  }
  static_cast<void>(::fchmod(descriptor.get(), mode));
  impl_->descriptor = descriptor.release();
}

FileWriter::~FileWriter() {
  if (impl_->descriptor >= 0) ::close(impl_->descriptor);
  if (!impl_->temporary.empty()) ::unlink(impl_->temporary.c_str());
}

void FileWriter::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kBuffer = std::size_t{1} << 16;
  if (impl_->buffer.size() + bytes.size() > kBuffer) impl_->flush();
  if (bytes.size() > kBuffer) {
    impl_->write_through(bytes.data(), bytes.size());
  } else {
    impl_->buffer.insert(impl_->buffer.end(), bytes.begin(), bytes.end());
  }
}

void FileWriter::write(std::string_view text) { write(std::as_bytes(std::span(text))); }

void FileWriter::commit() {
  impl_->flush();
  if (impl_->temporary.empty()) return impl_->close();
  require(::fsync(impl_->descriptor) == 0, ErrorCode::io, "cannot write {}: {}", impl_->path, reason());
  impl_->close();
  require(::rename(impl_->temporary.c_str(), impl_->path.c_str()) == 0, ErrorCode::io, "cannot write {}: {}", impl_->path, reason());
  impl_->temporary.clear();
}

void write_file(const std::string& path, std::string_view text) {
  FileWriter writer(path);
  writer.write(text);
  writer.commit();
}

bool is_file(const std::string& path) noexcept {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

bool is_regular_file(const std::string& path) noexcept {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool is_directory(const std::string& path) noexcept {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

void make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  require(!error && is_directory(path), ErrorCode::io, "cannot create the directory {}: {}", path,
          error ? error.message() : std::string("something else is there"));
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty() && path.back() != '/') path += '/';
  return path.append(name);
}

}  // namespace albert
