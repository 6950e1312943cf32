#include "train/optimizer/moments.h"

#include <algorithm>

#include "base/check.h"

namespace albert {

Tensor& Moments::of(const std::string& parameter, const std::vector<std::int64_t>& shape) {
  auto found = tensors_.find(parameter);
  if (found == tensors_.end()) found = tensors_.emplace(parameter, Tensor(DType::f32, shape)).first;
  require(found->second.shape() == shape, ErrorCode::value, "{} of '{}': expected shape {}, got {}; is this the state of another model?",
          kind_, parameter, to_string(shape), to_string(found->second.shape()));
  return found->second;
}

void Moments::append_to(TensorList& state) const {
  for (const auto& [name, tensor] : tensors_) state.emplace_back(kind_ + "." + name, tensor);
}

bool Moments::take(const std::string& name, const Tensor& tensor) {
  if (!name.starts_with(kind_ + ".")) return false;
  require(tensor.dtype() == DType::f32, ErrorCode::type, "optimizer state '{}': expected float32, got {}", name, to_string(tensor.dtype()));
  tensors_.insert_or_assign(name.substr(kind_.size() + 1), tensor.clone());
  return true;
}

void load_moments(const TensorList& state, std::span<Moments* const> moments) {
  for (auto* one : moments) one->clear();
  for (const auto& [name, tensor] : state) {
    const bool taken = std::any_of(moments.begin(), moments.end(), [&](Moments* one) { return one->take(name, tensor); });
    require(taken, ErrorCode::key, "optimizer state '{}' is not this optimizer's: was it saved by another?", name);
  }
}

std::vector<Piece> pieces_of(std::span<const OptimizedParameter> parameters) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < parameters.size(); ++i)
    for (std::int64_t first = 0; first < parameters[i].gradient.size(); first += kPieceElements)
      pieces.push_back({i, first, std::min(kPieceElements, parameters[i].gradient.size() - first)});
  return pieces;
}

double sum_of_squares(const float* values, std::int64_t count) {
  // Eight sums side by side, so that the additions do not wait for each other.
  double sums[8] = {};
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int lane = 0; lane < 8; ++lane) sums[lane] += static_cast<double>(values[i + lane]) * static_cast<double>(values[i + lane]);
  for (; i < count; ++i) sums[0] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

}  // namespace albert
