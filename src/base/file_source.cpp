#include "base/file_source.h"

namespace albert {

std::shared_ptr<const MappedFile> DirectorySource::open(std::string_view name) const {
  const std::string path = join_path(directory_, name);
  if (!is_file(path)) return nullptr;
  return MappedFile::open(path);
}

std::shared_ptr<const MappedFile> MemorySource::open(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

}  // namespace albert
