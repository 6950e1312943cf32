// Compressed input, undone as it comes: gzip, zstd and xz, told by their first bytes.
//
// Members (frames, streams) that follow one another are one text, as the programs themselves have it.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

namespace albert {

/// What is wrong with the compressed bytes.
struct DamagedInput : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Decompressor {
 public:
  virtual ~Decompressor() = default;
  /// Takes what it can from the front of `input` and writes to `output`; returns how many bytes it
  /// wrote. 0 means that `input` was used up. Memory is bounded (zstd: windows up to 128 MiB; xz: 128 MiB). DamagedInput.
  [[nodiscard]] virtual std::size_t run(std::string_view& input, std::span<char> output) = 0;
  /// Whether the input may end here.
  [[nodiscard]] virtual bool complete() const noexcept = 0;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;  ///< "gzip", "zstd", "xz"
};

/// How much of a file's beginning decides.
inline constexpr std::size_t kMagicBytes = 6;
/// Whether more bytes could still turn `beginning` into a magic number.
[[nodiscard]] bool may_become_magic(std::string_view beginning) noexcept;
/// What undoes a file that begins so; null when it is not compressed.
[[nodiscard]] std::unique_ptr<Decompressor> decompressor_for(std::string_view beginning);
}  // namespace albert
