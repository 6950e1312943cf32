// Where a model's or a tokenizer's files come from: a directory, or memory (embedded in the program).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace albert {

/// Named files, looked up one at a time.
class FileSource {
 public:
  virtual ~FileSource() = default;
  /// The file of that name, or null when there is none. Error{io} when it is there but cannot be read.
  [[nodiscard]] virtual std::shared_ptr<const MappedFile> open(std::string_view name) const = 0;
  /// Names of the folders directly inside the folder `name`, sorted; empty when there is none.
  [[nodiscard]] virtual std::vector<std::string> folders(std::string_view name) const = 0;
  /// What to call this place in messages: the directory's path, or "(embedded) albert-mini-en".
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;
};

/// The regular files of one directory.
class DirectorySource final : public FileSource {
 public:
  explicit DirectorySource(std::string directory) : directory_(std::move(directory)) {}
  [[nodiscard]] std::shared_ptr<const MappedFile> open(std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> folders(std::string_view name) const override;
  [[nodiscard]] const std::string& name() const noexcept override { return directory_; }

 private:
  std::string directory_;
};

/// Files that are in memory already; names of files in folders have slashes.
class MemorySource final : public FileSource {
 public:
  using Files = std::map<std::string, std::shared_ptr<const MappedFile>, std::less<>>;
  MemorySource(std::string name, Files files) : name_(std::move(name)), files_(std::move(files)) {}
  [[nodiscard]] std::shared_ptr<const MappedFile> open(std::string_view name) const override;
  [[nodiscard]] std::vector<std::string> folders(std::string_view name) const override;
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }

 private:
  std::string name_;
  Files files_;
};

/// The files at `path`: of a directory, or of the model in the program (see embedded.h). Null when
/// there is neither.
[[nodiscard]] std::shared_ptr<const FileSource> find_source(const std::string& path);

}  // namespace albert
