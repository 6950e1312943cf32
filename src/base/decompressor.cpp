#include "base/decompressor.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <new>
#include <string>

#include "albert/byte_stream.h"

namespace albert {
namespace {

constexpr std::string_view kGzip("\x1F\x8B\x08", 3);
constexpr std::string_view kZstd("\x28\xB5\x2F\xFD", 4);
constexpr std::string_view kXz(
    "\xFD"
    "7zXZ\0",
    6);
constexpr std::string_view kSkippable("\x2A\x4D\x18", 3);  // after a byte 0x50 to 0x5F: a frame to pass over

/// Whether `text` begins as a skippable frame of zstd, as far as it goes.
bool begins_skippable(std::string_view text) noexcept {
  return !text.empty() && (static_cast<unsigned char>(text[0]) & 0xF0) == 0x50 &&
         kSkippable.starts_with(text.substr(1, std::min(text.size() - 1, kSkippable.size())));
}

class Gzip final : public Decompressor {
 public:
  Gzip() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::size_t run(std::string_view& input, std::span<char> output) override {
    const std::size_t room = std::min<std::size_t>(output.size(), std::numeric_limits<uInt>::max());
    while (true) {
      if (between_) {
        // Zeros may pad a member; anything else begins the next one.
        input.remove_prefix(std::min(input.find_first_not_of('\0'), input.size()));
        if (input.empty()) return 0;
        if (input.front() != kGzip.front()) throw DamagedInput("something else follows the compressed text");
        inflateReset(&stream_);
        between_ = false;
      }
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
      stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(input.size(), std::numeric_limits<uInt>::max()));
      stream_.next_out = reinterpret_cast<Bytef*>(output.data());
      stream_.avail_out = static_cast<uInt>(room);
      const uInt offered = stream_.avail_in;
      const int status = inflate(&stream_, Z_NO_FLUSH);
      input.remove_prefix(offered - stream_.avail_in);
      const std::size_t written = room - stream_.avail_out;
      if (status == Z_MEM_ERROR) throw std::bad_alloc();
      if (status == Z_STREAM_END) {
        between_ = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR && written == 0) {
        throw DamagedInput(stream_.msg != nullptr ? stream_.msg : "invalid data");
      }
      if (written > 0 || (input.empty() && !between_)) return written;
    }
  }
  bool complete() const noexcept override { return between_; }
  std::string_view name() const noexcept override { return "gzip"; }

 private:
  z_stream stream_{};
  bool between_ = false;  // a member has ended
};

class Zstd final : public Decompressor {
 public:
  Zstd() : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }
  ~Zstd() override { ZSTD_freeDStream(stream_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  std::size_t run(std::string_view& input, std::span<char> output) override {
    // A block at a time: what precedes a damaged one is not lost with it.
    ZSTD_outBuffer out{output.data(), std::min(output.size(), ZSTD_DStreamOutSize()), 0};
    while (out.pos == 0 && (!input.empty() || !flushed_)) {
      ZSTD_inBuffer in{input.data(), input.size(), 0};
      const std::size_t left = ZSTD_decompressStream(stream_, &out, &in);
      if (ZSTD_isError(left) != 0) throw DamagedInput(ZSTD_getErrorName(left));
      input.remove_prefix(in.pos);
      between_ = left == 0;
      flushed_ = between_ || out.pos < out.size;
    }
    return out.pos;
  }
  bool complete() const noexcept override { return between_; }
  std::string_view name() const noexcept override { return "zstd"; }

 private:
  ZSTD_DStream* stream_;
  bool between_ = true;  // a frame has ended
  bool flushed_ = true;  // no output waits inside
};

const char* lzma_meaning(lzma_ret status) {
  switch (status) {
    case LZMA_FORMAT_ERROR:
      return "something else follows the compressed text";
    case LZMA_OPTIONS_ERROR:
      return "compressed in a way that is not known";
    case LZMA_MEMLIMIT_ERROR:
      return "more memory would be needed than is allowed";
    default:
      return "invalid data";
  }
}

class Xz final : public Decompressor {
 public:
  Xz() { begin(); }
  ~Xz() override { lzma_end(&stream_); }
  Xz(const Xz&) = delete;
  Xz& operator=(const Xz&) = delete;

  std::size_t run(std::string_view& input, std::span<char> output) override {
    while (true) {
      if (between_) {
        // Zeros, four at a time, may pad a stream; anything else begins the next one.
        const std::size_t zeros = std::min(input.find_first_not_of('\0'), input.size());
        padding_ += zeros;
        input.remove_prefix(zeros);
        if (input.empty()) return 0;
        if (padding_ % 4 != 0) throw DamagedInput(lzma_meaning(LZMA_FORMAT_ERROR));
        begin();
        between_ = false;
      }
      stream_.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
      stream_.avail_in = input.size();
      stream_.next_out = reinterpret_cast<std::uint8_t*>(output.data());
      stream_.avail_out = output.size();
      const lzma_ret status = lzma_code(&stream_, LZMA_RUN);
      input.remove_prefix(input.size() - stream_.avail_in);
      const std::size_t written = output.size() - stream_.avail_out;
      if (status == LZMA_MEM_ERROR) throw std::bad_alloc();
      if (status == LZMA_STREAM_END) {
        between_ = true;
        padding_ = 0;
      } else if (status != LZMA_OK && status != LZMA_BUF_ERROR && written == 0) {
        throw DamagedInput(lzma_meaning(status));
      }
      if (written > 0 || (input.empty() && !between_)) return written;
    }
  }
  bool complete() const noexcept override { return between_ && padding_ % 4 == 0; }
  std::string_view name() const noexcept override { return "xz"; }

 private:
  void begin() {
    constexpr std::uint64_t kMemory = std::uint64_t{128} << 20;
    if (lzma_stream_decoder(&stream_, kMemory, 0) != LZMA_OK) throw std::bad_alloc();
  }

  lzma_stream stream_ = LZMA_STREAM_INIT;
  bool between_ = false;  // a stream has ended
  std::size_t padding_ = 0;
};

}  // namespace

bool may_become_magic(std::string_view beginning) noexcept {
  return kGzip.starts_with(beginning) || kZstd.starts_with(beginning) || kXz.starts_with(beginning) ||
         (beginning.size() < kMagicBytes && begins_skippable(beginning));
}

std::unique_ptr<Decompressor> decompressor_for(std::string_view beginning) {
  if (beginning.starts_with(kGzip)) return std::make_unique<Gzip>();
  if (beginning.starts_with(kZstd) || (beginning.size() >= kMagicBytes && begins_skippable(beginning))) return std::make_unique<Zstd>();
  if (beginning.starts_with(kXz)) return std::make_unique<Xz>();
  return nullptr;
}

std::string_view without_compression(std::string_view path) noexcept {
  for (const std::string_view ending : {".gz", ".zst", ".zstd", ".xz"})
    if (path.ends_with(ending)) return path.substr(0, path.size() - ending.size());
  return path;
}

}  // namespace albert
