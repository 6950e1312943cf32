// The walk over a Darts-clone double array, as in a SentencePiece character map.
//
// The map is a blob of a file that is not trusted: every step is checked against its end, so a bad
// one gives wrong matches or none but never reads outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.h"

namespace albert {

/// A precompiled character map: uint32 n; n bytes of double array; NUL-terminated replacements.
class CharacterMap {
 public:
  struct Match {
    std::size_t length = 0;        // bytes of the input that the key covers; 0: no match
    std::string_view replacement;  // what they become, possibly empty
  };

  CharacterMap() = default;
  /// Views `blob`, which must outlive the map. An empty blob is an empty map. Error{bad_data}.
  explicit CharacterMap(std::string_view blob) {
    if (blob.empty()) return;
    std::uint32_t size = 0;
    require(blob.size() > sizeof size, ErrorCode::bad_data, "character map: {} bytes are too few", blob.size());
    std::memcpy(&size, blob.data(), sizeof size);
    require(size <= blob.size() - sizeof size && size % sizeof(std::uint32_t) == 0 && size >= sizeof(std::uint32_t), ErrorCode::bad_data,
            "character map: a double array of {} bytes does not fit into {} bytes", size, blob.size());
    units_ = blob.substr(sizeof size, size);
    strings_ = blob.substr(sizeof size + size);
    require(!strings_.empty() && strings_.back() == '\0', ErrorCode::bad_data, "character map: the replacements are not NUL-terminated");
  }

  [[nodiscard]] bool empty() const noexcept { return units_.empty(); }

  /// Calls visit(length, replacement) for every key that is a prefix of `text`, shortest first,
  /// until it returns false.
  template <class Visit>
  void for_each_prefix(std::string_view text, Visit&& visit) const {
    const std::size_t count = units_.size() / sizeof(std::uint32_t);
    if (count == 0) return;
    std::size_t position = offset(unit(0));
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<std::uint8_t>(text[i]);
      position ^= byte;
      if (position >= count) return;
      const std::uint32_t node = unit(position);
      if ((node & 0x800000FFu) != byte) return;
      position ^= offset(node);
      if ((node >> 8) & 1u) {
        if (position >= count) return;
        const std::uint32_t start = unit(position) & 0x7FFFFFFFu;
        if (start >= strings_.size()) return;
        if (!visit(i + 1, std::string_view(strings_.data() + start))) return;
      }
    }
  }

  /// The longest key that is a prefix of `text` (SentencePiece's rule).
  [[nodiscard]] Match longest(std::string_view text) const {
    Match match;
    for_each_prefix(text, [&](std::size_t length, std::string_view replacement) {
      match = {length, replacement};
      return true;
    });
    return match;
  }
  /// The shortest one (the rule of the fast tokenizers).
  [[nodiscard]] Match shortest(std::string_view text) const {
    Match match;
    for_each_prefix(text, [&](std::size_t length, std::string_view replacement) {
      match = {length, replacement};
      return false;
    });
    return match;
  }

 private:
  [[nodiscard]] std::uint32_t unit(std::size_t index) const noexcept {
    std::uint32_t value;  // the blob need not be aligned
    std::memcpy(&value, units_.data() + index * sizeof value, sizeof value);
    return value;
  }
  static std::size_t offset(std::uint32_t unit) noexcept { return std::size_t{unit >> 10} << ((unit & 0x200u) >> 6); }

  std::string_view units_;
  std::string_view strings_;
};

}  // namespace albert
