#include "base/file_source.h"

#include <algorithm>
#include <filesystem>

#include "base/embedded.h"

namespace albert {

std::shared_ptr<const MappedFile> DirectorySource::open(std::string_view name) const {
  const std::string path = join_path(directory_, name);
  if (!is_regular_file(path)) return nullptr;
  return MappedFile::open(path);
}

std::vector<std::string> DirectorySource::folders(std::string_view name) const {
  std::vector<std::string> result;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(join_path(directory_, name), error), end; !error && entry != end; entry.increment(error))
    if (is_directory(entry->path().string())) result.push_back(entry->path().filename().string());
  std::sort(result.begin(), result.end());
  return result;
}

std::shared_ptr<const MappedFile> MemorySource::open(std::string_view name) const {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second;
}

std::vector<std::string> MemorySource::folders(std::string_view name) const {
  std::vector<std::string> result;
  const std::string prefix = name.empty() ? "" : std::string(name) + "/";
  for (auto file = files_.lower_bound(prefix); file != files_.end() && file->first.starts_with(prefix); ++file) {
    const std::size_t slash = file->first.find('/', prefix.size());
    if (slash == std::string::npos) continue;
    std::string folder = file->first.substr(prefix.size(), slash - prefix.size());
    if (result.empty() || result.back() != folder) result.push_back(std::move(folder));
  }
  return result;
}

std::shared_ptr<const FileSource> find_source(const std::string& path) {
  if (!embedded_path().empty() && path == embedded_path()) {
    static const auto embedded = [] {
      MemorySource::Files files;
      for (const EmbeddedFile& file : embedded_files())
        files.emplace(file.name, MappedFile::from_memory({file.begin, file.end}, embedded_path() + "/" + file.name));
      return std::make_shared<const MemorySource>(embedded_path(), std::move(files));
    }();
    return embedded;
  }
  if (is_directory(path)) return std::make_shared<const DirectorySource>(path);
  return nullptr;
}

}  // namespace albert
