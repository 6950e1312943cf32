#pragma once

#include "model/pass.h"

namespace albert {

/// Converts a head mask ([A], [N, A] or five axes) for the blocks of a pass. Error{value|not_implemented|type}.
template <class T>
[[nodiscard]] HeadMask<T> make_head_mask(const Tensor& mask, const Architecture& architecture, std::int64_t batch, std::int64_t sequence,
                                         Arena& arena);

}  // namespace albert
