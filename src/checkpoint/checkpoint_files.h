// Which weight files a folder holds, and their tensors under the names that stand in the files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file_source.h"
#include "formats/named_tensors.h"

namespace albert {

/// A state dict as it lies in files: one, or the shards of an index.
struct Checkpoint {
  std::vector<std::string> keys;              ///< names the file, or the index, announces
  std::vector<formats::NamedTensors> shards;  ///< in the order in which they are copied
};

struct CheckpointChoice {
  std::string variant;                  ///< "fp16": model.fp16.safetensors; empty: none
  std::optional<bool> use_safetensors;  ///< false: only pytorch_model.bin
};

/// The file that the reference would choose: model.safetensors, its index, pytorch_model.bin, its
/// index. Error{not_found} with the names that were expected, Error{bad_data|key|not_implemented}
/// for a file that is not sound.
[[nodiscard]] Checkpoint read_checkpoint(const FileSource& files, const CheckpointChoice& choice);

/// The same for one file. A safetensors file must say in its metadata that it holds PyTorch names.
[[nodiscard]] Checkpoint read_checkpoint_file(const std::shared_ptr<const MappedFile>& file);

/// "model.safetensors" with a variant: "model.VARIANT.safetensors".
[[nodiscard]] std::string with_variant(const std::string& name, const std::string& variant);

}  // namespace albert
