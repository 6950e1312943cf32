// A zip file's directory, checked, and its members: stored ones as views into the file.
//
// Sizes and offsets come from the central directory (torch leaves them zero in the local headers).
// Encrypted, overlapping, multi-volume and over-inflated archives are refused. Checksums are
// compared for deflated members only: torch compares none, and a stored tensor is read where it lies.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"

namespace albert::formats {

/// Bytes and what keeps them alive.
struct OwnedBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

class ZipArchive {
 public:
  /// Error{bad_data} for anything that is not a sound zip file.
  explicit ZipArchive(std::shared_ptr<const MappedFile> file);

  /// Name of the first member of the central directory; empty for an empty archive.
  [[nodiscard]] const std::string& first_name() const noexcept { return first_name_; }
  [[nodiscard]] bool contains(std::string_view name) const { return members_.find(name) != members_.end(); }
  /// A member's content. Error{bad_data} when there is none of that name or it cannot be inflated.
  [[nodiscard]] OwnedBytes read(std::string_view name) const;

 private:
  struct Member {
    std::uint64_t header = 0;      // offset of the local header
    std::uint64_t data = 0;        // offset of the data
    std::uint64_t compressed = 0;  // bytes in the file
    std::uint64_t size = 0;        // bytes of the content
    std::uint32_t checksum = 0;
    std::uint16_t method = 0;
  };
  void read_directory();
  void locate_data(const std::string& name, Member& member, std::uint64_t directory) const;
  void refuse_overlaps() const;
  void refuse_bombs() const;

  std::shared_ptr<const MappedFile> file_;
  std::map<std::string, Member, std::less<>> members_;
  std::string first_name_;
};

}  // namespace albert::formats
