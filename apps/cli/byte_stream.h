// Bytes of a file or of standard input, read as they come.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

class ByteStream {
 public:
  /// A path, or "-" for standard input. Failure{missing}.
  explicit ByteStream(const std::string& path);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// The next byte, or -1 at the end. Failure{missing} when reading fails, {interrupted}.
  [[nodiscard]] int get() { return position_ < buffer_.size() || fill() ? static_cast<unsigned char>(buffer_[position_++]) : -1; }
  [[nodiscard]] int peek() { return position_ < buffer_.size() || fill() ? static_cast<unsigned char>(buffer_[position_]) : -1; }
  /// Appends bytes to `line` up to a line feed, which is taken but not kept; at most `limit` of
  /// them: `too_long` is then set and the rest of the line is skipped. False at the end of the input.
  bool get_line(std::string& line, std::size_t limit, bool& too_long);

  /// Whether get() would return without waiting for the other end of a pipe.
  [[nodiscard]] bool ready() const;
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Bytes taken so far, and in all (0 when that is not known).
  [[nodiscard]] std::uint64_t taken() const noexcept { return before_ + position_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  bool fill();

  std::string name_;
  int descriptor_ = -1;
  bool end_ = false;
  std::string buffer_;
  std::size_t position_ = 0;
  std::uint64_t before_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace cli
