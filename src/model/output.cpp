#include "albert/model.h"
#include "base/check.h"

namespace albert {
namespace {

const ModelOutput::Value* find(const ModelOutput& output, std::string_view name) noexcept {
  for (const auto& [key, value] : output.fields())
    if (key == name) return &value;
  return nullptr;
}

template <class Wanted>
const Wanted& get(const ModelOutput& output, std::string_view name, std::string_view kind) {
  const auto* value = find(output, name);
  require(value != nullptr, ErrorCode::key, "'{}' is not a field of this output", name);
  const auto* wanted = std::get_if<Wanted>(value);
  require(wanted != nullptr, ErrorCode::key, "'{}' is not a {}", name, kind);
  return *wanted;
}

}  // namespace

bool ModelOutput::contains(std::string_view name) const noexcept { return find(*this, name) != nullptr; }
const Tensor& ModelOutput::at(std::string_view name) const { return get<Tensor>(*this, name, "tensor"); }
const std::vector<Tensor>& ModelOutput::list(std::string_view name) const {
  return get<std::vector<Tensor>>(*this, name, "list of tensors");
}

}  // namespace albert
