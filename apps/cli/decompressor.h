// Compressed input, undone as it comes: gzip and zstd, told by their first bytes.
//
// Members (frames) that follow one another are one text, as gzip and zstd themselves have it.
#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

namespace cli {

/// What is wrong with the compressed bytes.
struct DamagedInput : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Decompressor {
 public:
  virtual ~Decompressor() = default;
  /// Takes what it can from the front of `input` and writes to `output`; returns how many bytes it
  /// wrote. 0 means that `input` was used up. Memory is bounded (zstd: windows up to 128 MiB). DamagedInput.
  [[nodiscard]] virtual std::size_t run(std::string_view& input, std::span<char> output) = 0;
  /// Whether the input may end here.
  [[nodiscard]] virtual bool complete() const noexcept = 0;
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;  ///< "gzip", "zstd"
};

/// How much of a file's beginning decides.
inline constexpr std::size_t kMagicBytes = 4;
/// Whether more bytes could still turn `beginning` into a magic number.
[[nodiscard]] bool may_become_magic(std::string_view beginning) noexcept;
/// What undoes a file that begins so; null when it is not compressed.
[[nodiscard]] std::unique_ptr<Decompressor> decompressor_for(std::string_view beginning);
/// A path without the ending that names a compression (.gz, .zst).
[[nodiscard]] std::string_view without_compression(std::string_view path) noexcept;

}  // namespace cli
