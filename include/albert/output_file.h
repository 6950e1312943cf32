// A result file that appears whole or not at all.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "albert/export.h"

namespace ALBERT_API albert {

/// A regular file is written beside its target and takes its place on commit(); anything else
/// (/dev/stdout, a pipe) is written in place. Destroyed without commit(), it leaves the target as
/// it was.
class OutputFile {
 public:
  /// Error{io} when the place cannot be written.
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes);  ///< Error{io}
  void commit();                       ///< Error{io}

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ALBERT_API albert
