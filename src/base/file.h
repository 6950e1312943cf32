// Files: mapped for reading, replaced whole for writing.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace albert {

/// A file mapped read-only (read into memory when it cannot be mapped, such as a pipe).
class MappedFile {
 public:
  /// Error{not_found} when there is none, Error{io} when it cannot be read, is a directory or a pipe
  /// that nobody opens for writing within 10 s, Error{resource} at 512 MiB of something unmapped.
  static std::shared_ptr<const MappedFile> open(const std::string& path);
  /// Bytes that live elsewhere (embedded in the program).
  static std::shared_ptr<const MappedFile> from_memory(std::span<const std::byte> bytes, std::string name);

  virtual ~MappedFile() = default;
  [[nodiscard]] virtual std::span<const std::byte> bytes() const noexcept = 0;
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;
  [[nodiscard]] std::string_view text() const noexcept { return {reinterpret_cast<const char*>(bytes().data()), bytes().size()}; }
};

/// Writes a file so that a reader sees the old one or the new one, never a part: a regular file is
/// written beside its target, flushed and renamed on commit(); anything else (/dev/stdout, a pipe)
/// is written in place. Destroyed without commit(), it leaves the target as it was. Error{io}.
class FileWriter {
 public:
  explicit FileWriter(const std::string& path);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes a whole file at once through FileWriter.
void write_file(const std::string& path, std::string_view text);

[[nodiscard]] bool is_file(const std::string& path) noexcept;
[[nodiscard]] bool is_regular_file(const std::string& path) noexcept;
[[nodiscard]] bool is_directory(const std::string& path) noexcept;
/// Creates a directory and its parents. Error{io}.
void make_directories(const std::string& path);
[[nodiscard]] std::string join_path(std::string_view directory, std::string_view name);

}  // namespace albert
