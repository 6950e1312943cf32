#include "new_folder.h"

#include <unistd.h>

#include <filesystem>

#include "failure.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

std::string without_slashes(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

fs::path parent_of(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

template <class Body>
void writing(const std::string& path, const Body& body) {
  try {
    body();
  } catch (const fs::filesystem_error& error) {
    throw Failure(Exit::write, path + ": cannot be written: " + error.code().message());
  }
}

}  // namespace

NewFolder::NewFolder(std::string path, bool force) : path_(without_slashes(std::move(path))) {
  if (path_.empty()) throw Failure(Exit::usage, "--output: expected a folder, got ''");
  writing(path_, [&] {
    if (fs::exists(path_) && !fs::is_directory(path_)) throw Failure(Exit::write, path_ + ": is not a folder");
    if (fs::exists(path_) && !fs::is_empty(path_) && !force)
      throw Failure(Exit::usage, path_ + ": the folder is not empty; give --force to write into it");
    fs::path existing = fs::exists(path_) ? fs::path(path_) : parent_of(path_);
    while (!fs::exists(existing)) existing = parent_of(existing.string());
    if (::access(existing.c_str(), W_OK | X_OK) != 0)
      throw Failure(Exit::write, path_ + ": cannot be written: " + existing.string() + " is read-only");
  });
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!partial_.empty()) fs::remove_all(partial_, ignored);
}

const std::string& NewFolder::open() {
  writing(path_, [&] {
    fs::create_directories(parent_of(path_));
    const std::string partial = path_ + ".partial-" + std::to_string(::getpid());
    fs::create_directory(partial);
    partial_ = partial;
  });
  return partial_;
}

void NewFolder::commit() {
  writing(path_, [&] {
    if (fs::exists(path_) && !fs::is_empty(path_)) {
      for (const auto& entry : fs::directory_iterator(partial_)) fs::rename(entry.path(), fs::path(path_) / entry.path().filename());
      fs::remove(partial_);
    } else {
      fs::rename(partial_, path_);
    }
  });
  partial_.clear();
}

}  // namespace cli
