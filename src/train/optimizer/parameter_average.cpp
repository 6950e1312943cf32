#include "albert/optimizer.h"
#include "base/check.h"
#include "train/optimizer/optimizers.h"

namespace albert {

ParameterAverage::ParameterAverage(std::span<const OptimizedParameter> parameters, double decay) : decay_(decay) {
  check_fraction("decay", decay);
  values_.reserve(parameters.size());
  for (const auto& parameter : parameters) values_.emplace_back(parameter.name, parameter.value.clone());
}

void ParameterAverage::update(std::span<const OptimizedParameter> parameters) {
  require(parameters.size() == values_.size(), ErrorCode::value, "average: expected {} parameters, got {}", values_.size(),
          parameters.size());
  const auto keep = static_cast<float>(decay_), rest = static_cast<float>(1.0 - decay_);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    auto& [name, tensor] = values_[i];
    require(parameters[i].name == name && parameters[i].value.shape() == tensor.shape(), ErrorCode::value,
            "average: expected '{}' of shape {}, got '{}' of shape {}", name, to_string(tensor.shape()), parameters[i].name,
            to_string(parameters[i].value.shape()));
    const auto values = parameters[i].value.values<float>();
    const auto shadow = tensor.mutable_values<float>();
    for (std::size_t k = 0; k < values.size(); ++k) shadow[k] = keep * shadow[k] + rest * values[k];
  }
}

void ParameterAverage::load(const TensorList& values) {
  require(values.size() == values_.size(), ErrorCode::value, "average: expected {} tensors, got {}", values_.size(), values.size());
  TensorList loaded;
  loaded.reserve(values.size());
  for (const auto& [name, tensor] : values_) {
    const Tensor* found = nullptr;
    for (const auto& [other, value] : values)
      if (other == name) found = &value;
    require(found != nullptr, ErrorCode::key, "average: '{}' is missing", name);
    require(found->dtype() == DType::f32 && found->shape() == tensor.shape(), ErrorCode::value,
            "average: '{}': expected float32 {}, got {} {}", name, to_string(tensor.shape()), to_string(found->dtype()),
            to_string(found->shape()));
    loaded.emplace_back(name, found->clone());
  }
  values_ = std::move(loaded);
}

}  // namespace albert
