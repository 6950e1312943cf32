// A weight file of any kind that this program reads, told apart by its first bytes.
//
// A format is one row of a table: a name, a test of the content, a reader. New formats are added
// there and nowhere else.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "base/file.h"
#include "formats/named_tensors.h"

namespace albert::formats {

struct WeightFormat {
  std::string_view name;                                           ///< "safetensors", "torch zip", ...
  bool (*matches)(std::string_view content);                       ///< by magic number
  NamedTensors (*read)(const std::shared_ptr<const MappedFile>&);  ///< null: known, but not read
};

/// Every format this program knows of, in the order in which they are tried.
[[nodiscard]] std::span<const WeightFormat> weight_formats() noexcept;

/// The format of a file's content. Error{bad_data} when it has none of them (an empty file, a
/// git-lfs pointer, ...).
[[nodiscard]] const WeightFormat& detect_weight_format(const MappedFile& file);

/// Reads a file by detect_weight_format. Error{bad_data|not_implemented}.
[[nodiscard]] NamedTensors read_weight_file(const std::shared_ptr<const MappedFile>& file);

}  // namespace albert::formats
