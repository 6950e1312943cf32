// pytorch_model.bin: the zip form (torch 1.6 and later) and the legacy form (before).
//
// Nothing in a pickle is executed. Tensors are views into the file where they lie aligned.
// Source: torch/serialization.py, caffe2/serialize/inline_container.cc.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "formats/named_tensors.h"

namespace albert::formats {

/// A zip archive with data.pkl and a member a storage. Error{bad_data}; a TorchScript archive gives
/// Error{not_implemented}.
[[nodiscard]] NamedTensors read_torch_zip(const std::shared_ptr<const MappedFile>& file);

/// Concatenated pickles followed by the storages. Error{bad_data}.
[[nodiscard]] NamedTensors read_torch_legacy(const std::shared_ptr<const MappedFile>& file);

/// Writes a plain dict in the given order that torch.load reads. Tensors with the same data pointer
/// and size share one storage. Error{type} for unsigned types wider than a byte, Error{io}.
void write_torch_zip(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& tensors);

}  // namespace albert::formats
