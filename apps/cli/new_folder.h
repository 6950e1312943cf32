// A result folder that appears whole or not at all.
#pragma once

#include <string>

namespace cli {

class NewFolder {
 public:
  /// Checks that `path` can become the result. Failure{usage}: it is a folder that is not empty, and not `force`;
  /// Failure{write}: it is no folder, or its parent cannot be written.
  NewFolder(std::string path, bool force);
  ~NewFolder();  ///< without commit() nothing is left
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  /// Makes the folder beside `path` in which the files are to be written, and returns it. Failure{write}.
  const std::string& open();
  /// Puts it in its place: as a whole, or (into a folder with other files) file by file. Failure{write}.
  void commit();

 private:
  std::string path_, partial_;
};

}  // namespace cli
