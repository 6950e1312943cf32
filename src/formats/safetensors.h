// safetensors: an eight-byte length, a JSON header, then raw tensors end to end.
//
// Reading maps: tensors are views into the file wherever their alignment allows. Every property
// that makes the views safe is checked first. Writing gives the reference's bytes exactly.
// Source: https://github.com/huggingface/safetensors (format and order of the writer).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "formats/named_tensors.h"

namespace albert::formats {

/// Tensors in the order of their data. Error{bad_data} that names the violated rule
/// (HeaderTooSmall, InvalidOffset, ...).
[[nodiscard]] NamedTensors read_safetensors(const std::shared_ptr<const MappedFile>& file);

/// Writes tensors by descending dtype rank, then by name. `metadata` may be empty: then the header
/// has no __metadata__. Error{value} for a repeated name, Error{io}.
void write_safetensors(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace albert::formats
