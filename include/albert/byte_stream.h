// Text of a file or of standard input, read as it comes; compressed text is decompressed on the way.
//
// gzip, zstd and xz are told by their first bytes, whatever the file is called. Memory is bounded.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "albert/export.h"

namespace albert {
class Decompressor;
}  // namespace albert

namespace ALBERT_API albert {

/// Where bytes come from. A program with an idea of its own about waiting brings its own.
class ByteSource {
 public:
  virtual ~ByteSource();
  /// Up to bytes.size() bytes, at least one; 0 at the end. Error{io} when reading fails.
  [[nodiscard]] virtual std::size_t read(std::span<char> bytes) = 0;
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;  ///< for messages
  [[nodiscard]] virtual std::uint64_t taken() const noexcept = 0;      ///< bytes read so far
};

/// The bytes of a path, or of standard input for "-". Error{not_found}.
[[nodiscard]] std::unique_ptr<ByteSource> open_bytes(const std::string& path);
/// Bytes that are left to read of a path ("-" is standard input); 0 when that cannot be known.
[[nodiscard]] std::uint64_t bytes_left(const std::string& path);
/// A path without the ending that names a compression (.gz, .zst, .xz).
[[nodiscard]] std::string_view without_compression(std::string_view path) noexcept;

class ByteStream {
 public:
  explicit ByteStream(std::unique_ptr<ByteSource> source);
  explicit ByteStream(const std::string& path) : ByteStream(open_bytes(path)) {}
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// The next byte, or -1 at the end. Error{bad_data} when compressed bytes are damaged or end early; what the source throws.
  [[nodiscard]] int get() { return position_ < size_ || fill() ? static_cast<unsigned char>(buffer_[position_++]) : -1; }
  [[nodiscard]] int peek() { return position_ < size_ || fill() ? static_cast<unsigned char>(buffer_[position_]) : -1; }
  /// Appends bytes to `line` up to a line feed, which is taken but not kept; at most `limit` of
  /// them: `too_long` is then set, and the next call passes over the rest of the line first (an
  /// endless line must not be waited for). False at the end of the input.
  bool get_line(std::string& line, std::size_t limit, bool& too_long);

  [[nodiscard]] const std::string& name() const noexcept { return source_->name(); }
  /// Bytes of the file (compressed ones, if it is) that were read so far.
  [[nodiscard]] std::uint64_t taken() const noexcept { return source_->taken(); }

 private:
  bool fill();
  void detect();

  std::unique_ptr<ByteSource> source_;
  bool detected_ = false;
  bool end_ = false;
  std::unique_ptr<Decompressor> decompressor_;
  std::string raw_;            // bytes to decompress
  std::string_view raw_left_;  // of raw_, not yet decompressed
  std::string buffer_;         // text
  std::size_t position_ = 0, size_ = 0;
  bool passing_over_ = false;  // the rest of a line that was too long
};

/// All that a path holds, decompressed. Error{not_found|io}; {bad_data} when it is damaged, {resource} above `limit` bytes.
[[nodiscard]] std::string read_text(const std::string& path, std::size_t limit);

}  // namespace ALBERT_API albert
