#include "model/head_mask.h"

#include "base/element.h"

namespace albert {

template <class T>
HeadMask<T> make_head_mask(const Tensor& mask, const Architecture& architecture, std::int64_t batch, std::int64_t sequence, Arena& arena) {
  require(architecture.flavor != Flavor::tensorflow, ErrorCode::not_implemented, "head_mask: the TensorFlow classes do not implement it");
  require(architecture.flavor != Flavor::flax, ErrorCode::type, "head_mask: the Flax classes have no such argument");
  const auto& shape = mask.shape();
  HeadMask<T> result;
  if (shape.size() == 1) {
    result.layers = architecture.num_layers;  // the same row for each; layer_size stays 0
    result.shape[1] = shape[0];
  } else if (shape.size() == 2) {
    result.layers = shape[0];
    result.layer_size = shape[1];
    result.shape[1] = shape[1];
  } else {
    require(shape.size() == 5, ErrorCode::value, "head_mask: expected [heads], [layers, heads] or five axes, got {}", to_string(shape));
    result.layers = shape[0];
    std::copy_n(shape.begin() + 1, 4, result.shape);
    result.layer_size = shape[1] * shape[2] * shape[3] * shape[4];
  }
  const std::int64_t most[4] = {batch, result.shape[1], sequence, sequence};  // heads: checked against each block
  for (int axis = 0; axis < 4; ++axis)
    require(result.shape[axis] == 1 || result.shape[axis] == most[axis], ErrorCode::value,
            "head_mask: shape {} does not fit [{}, {}, {}, {}]", to_string(shape), batch, architecture.num_heads, sequence, sequence);
  T* values = arena.take<T>(mask.size());
  for (std::int64_t i = 0; i < mask.size(); ++i) values[i] = static_cast<T>(number_at(mask, i));
  result.values = values;
  return result;
}

template HeadMask<float> make_head_mask(const Tensor&, const Architecture&, std::int64_t, std::int64_t, Arena&);
template HeadMask<double> make_head_mask(const Tensor&, const Architecture&, std::int64_t, std::int64_t, Arena&);

}  // namespace albert
