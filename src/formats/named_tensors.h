// What every weight file is to the rest of the program: names and tensors, in file order.
//
// The formats room knows nothing of ALBERT. Each reader validates the whole file before it returns
// and gives views into the mapping where the format allows.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "albert/tensor.h"

namespace albert::formats {

struct NamedTensors {
  std::vector<std::pair<std::string, Tensor>> tensors;
  std::map<std::string, std::string> metadata;  ///< safetensors' __metadata__; empty elsewhere
  /// Names that share one storage in the file (a tied pair of a torch file), grouped.
  std::vector<std::vector<std::string>> shared;
  /// What stands beside the tensors of a torch file's outermost dict: name and Python type. The
  /// tensors in a dict of these are among `tensors` too, as "dict.name".
  std::vector<std::pair<std::string, std::string>> others;

  [[nodiscard]] const Tensor* find(const std::string& name) const noexcept {
    for (const auto& [key, tensor] : tensors)
      if (key == name) return &tensor;
    return nullptr;
  }
};

}  // namespace albert::formats
