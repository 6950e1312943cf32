// Files of tests/golden/formats, and bytes as files.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "albert/error.h"
#include "base/file.h"
#include "formats/named_tensors.h"
#include "formats/weight_file.h"

namespace albert::formats {

inline std::string golden_path(const std::string& name) { return std::string(ALBERT_SOURCE_DIR) + "/tests/golden/formats/" + name; }

/// The names of all golden weight files with that ending.
inline std::vector<std::string> golden_files(const std::string& ending) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_path("")))
    if (entry.path().filename().string().ends_with(ending)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Reads `bytes` as a weight file; they must outlive the result.
inline NamedTensors read_bytes(const std::string& bytes) {
  return read_weight_file(MappedFile::from_memory(std::as_bytes(std::span(bytes)), "test"));
}

/// The code and the sentence of the Error that reading `bytes` gives, or "" when there is none.
inline std::string error_of(const std::string& bytes) {
  try {
    static_cast<void>(read_bytes(bytes));
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "";
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && (a.bytes() == 0 || std::memcmp(a.data(), b.data(), a.bytes()) == 0);
}

}  // namespace albert::formats
