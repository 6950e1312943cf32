// A checked cursor over bytes that are not trusted: every binary parser reads through it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "base/check.h"

namespace albert {

/// Reads little-endian values from a byte range; Error{bad_data} instead of reading past the end.
class Cursor {
 public:
  /// `what` names the file or part in messages and must outlive the cursor.
  Cursor(std::span<const std::byte> bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  [[nodiscard]] std::size_t position() const noexcept { return position_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - position_; }
  [[nodiscard]] bool at_end() const noexcept { return position_ == bytes_.size(); }

  void seek(std::size_t position) {
    if (position > bytes_.size()) truncated(position - bytes_.size());
    position_ = position;
  }
  [[nodiscard]] std::span<const std::byte> take(std::uint64_t count) {
    if (count > remaining()) truncated(count - remaining());
    const auto part = bytes_.subspan(position_, static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    return part;
  }
  [[nodiscard]] std::string_view take_text(std::uint64_t count) {
    const auto part = take(count);
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }
  template <class T>
  [[nodiscard]] T read() {
    static_assert(std::endian::native == std::endian::little, "this program reads little-endian files in place");
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  [[nodiscard]] std::uint8_t read_byte() { return read<std::uint8_t>(); }

 private:
  [[noreturn]] void truncated(std::uint64_t missing) const {
    fail(ErrorCode::bad_data, "{}: truncated: {} more bytes expected at offset {} of {}", what_, missing, position_, bytes_.size());
  }

  std::span<const std::byte> bytes_;
  std::string_view what_;
  std::size_t position_ = 0;
};

}  // namespace albert
