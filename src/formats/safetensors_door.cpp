// The public door to safetensors files: albert/safetensors.h.
#include "albert/safetensors.h"

#include <utility>

#include "base/file.h"
#include "formats/safetensors.h"

namespace albert {

TensorList load_safetensors(const std::string& path, std::map<std::string, std::string>* metadata) {
  formats::NamedTensors content = formats::read_safetensors(MappedFile::open(path));
  if (metadata != nullptr) *metadata = std::move(content.metadata);
  return std::move(content.tensors);
}

void save_safetensors(const std::string& path, const TensorList& tensors, const std::map<std::string, std::string>& metadata) {
  formats::write_safetensors(path, tensors, metadata);
}

}  // namespace albert
