// What the optimizers share: state by the name of the parameter, and one pass over all elements in
// pieces of a fixed size.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "albert/optimizer.h"
#include "base/parallel.h"

namespace albert {

/// Float32 tensors by the names of the parameters they belong to: one kind of state ("exp_avg").
class Moments {
 public:
  explicit Moments(std::string kind) : kind_(std::move(kind)) {}
  [[nodiscard]] const std::string& kind() const noexcept { return kind_; }
  /// The tensor of a parameter; zeros when it is new. Error{value} when it has another shape.
  Tensor& of(const std::string& parameter, const std::vector<std::int64_t>& shape);
  [[nodiscard]] bool contains(const std::string& parameter) const { return tensors_.contains(parameter); }
  void append_to(TensorList& state) const;
  /// Takes "kind.NAME"; false for another kind. Error{type} for other than float32.
  bool take(const std::string& name, const Tensor& tensor);
  void clear() { tensors_.clear(); }

 private:
  std::string kind_;
  std::map<std::string, Tensor> tensors_;
};

/// Replaces the content of `moments` by `state`. Error{key} for a name of no kind among them.
void load_moments(const TensorList& state, std::span<Moments* const> moments);

/// Elements of one piece: small enough to stay in the second cache with its moments.
inline constexpr std::int64_t kPieceElements = 16384;

/// A piece of a parameter: elements first ... first + count - 1 of parameter `parameter`.
struct Piece {
  std::size_t parameter = 0;
  std::int64_t first = 0, count = 0;
};

/// The pieces of all parameters that have a gradient, in order. They depend on the sizes alone.
[[nodiscard]] std::vector<Piece> pieces_of(std::span<const OptimizedParameter> parameters);

/// The sum of squares, in double, in a fixed order.
[[nodiscard]] double sum_of_squares(const float* values, std::int64_t count);

}  // namespace albert
