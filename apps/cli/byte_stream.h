// Text of a file or of standard input, read as it comes; compressed text is decompressed on the way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "decompressor.h"
#include "raw_input.h"

namespace cli {

class ByteStream {
 public:
  /// A path, or "-" for standard input. Failure{missing}.
  explicit ByteStream(const std::string& path, Patience patience = {});

  /// The next byte, or -1 at the end. Failure{missing} when reading fails, {bad_data} when compressed
  /// bytes are damaged or end early, {interrupted}; ReadingStopped.
  [[nodiscard]] int get() { return position_ < size_ || fill() ? static_cast<unsigned char>(buffer_[position_++]) : -1; }
  [[nodiscard]] int peek() { return position_ < size_ || fill() ? static_cast<unsigned char>(buffer_[position_]) : -1; }
  /// Appends bytes to `line` up to a line feed, which is taken but not kept; at most `limit` of
  /// them: `too_long` is then set, and the next call passes over the rest of the line first (an
  /// endless line must not be waited for). False at the end of the input.
  bool get_line(std::string& line, std::size_t limit, bool& too_long);

  [[nodiscard]] const std::string& name() const noexcept { return input_.name(); }
  /// Bytes of the file (compressed ones, if it is) that were read so far.
  [[nodiscard]] std::uint64_t taken() const noexcept { return input_.taken(); }

 private:
  bool fill();
  void detect();

  RawInput input_;
  bool detected_ = false;
  bool end_ = false;
  std::unique_ptr<Decompressor> decompressor_;
  std::string raw_;            // bytes to decompress
  std::string_view raw_left_;  // of raw_, not yet decompressed
  std::string buffer_;         // text
  std::size_t position_ = 0, size_ = 0;
  bool passing_over_ = false;  // the rest of a line that was too long
};

}  // namespace cli
