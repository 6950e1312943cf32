// Named tensors in a safetensors file: how tensors enter and leave without a model around them.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "albert/export.h"
#include "albert/tensor.h"

namespace ALBERT_API albert {

using TensorList = std::vector<std::pair<std::string, Tensor>>;

/// The tensors of a file in file order, as views of the mapped file. Error{not_found|io|bad_data}.
[[nodiscard]] TensorList load_safetensors(const std::string& path, std::map<std::string, std::string>* metadata = nullptr);

/// Writes a file whole: it is replaced at the end or left as it was; a path that is not a regular
/// file (/dev/stdout, a pipe) is written in place. Error{io}, Error{value} for a repeated name.
void save_safetensors(const std::string& path, const TensorList& tensors, const std::map<std::string, std::string>& metadata = {});

}  // namespace ALBERT_API albert
