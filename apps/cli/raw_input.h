// The bytes of a file or of standard input as they lie there, read without missing a Ctrl-C.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "albert/byte_stream.h"

namespace cli {

/// What to do about an input that is quiet.
struct Patience {
  std::function<void()> before_waiting{};  ///< called when the next read would wait for the other end
  int stop = -1;                           ///< a descriptor; waiting ends with ReadingStopped once it is readable
};

/// Nobody wants the rest of the input any more.
struct ReadingStopped {};

class RawInput final : public albert::ByteSource {
 public:
  /// A path, or "-" for standard input. Failure{missing}.
  explicit RawInput(const std::string& path, Patience patience = {});
  ~RawInput() override;
  RawInput(const RawInput&) = delete;
  RawInput& operator=(const RawInput&) = delete;

  /// Up to bytes.size() bytes, at least one; 0 at the end. Failure{missing}, Failure{interrupted}, ReadingStopped.
  [[nodiscard]] std::size_t read(std::span<char> bytes) override;

  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  /// Bytes read so far.
  [[nodiscard]] std::uint64_t taken() const noexcept override { return taken_; }

 private:
  void wait() const;

  std::string name_;
  Patience patience_;
  int descriptor_ = -1;
  std::uint64_t taken_ = 0;
};

}  // namespace cli
