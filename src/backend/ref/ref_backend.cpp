#include "backend/ref/ref_backend.h"

namespace albert::backend {

// One sequence a block: slow, but it keeps the model honest about where a block begins.
template <class T>
void RefBackend<T>::for_each_block(
    std::span<const std::int32_t> cost,
    const std::function<void(std::int32_t first, std::int32_t last, const Backend<T>& backend)>& body) const {
  for (std::size_t i = 0; i + 1 < cost.size(); ++i) body(static_cast<std::int32_t>(i), static_cast<std::int32_t>(i + 1), *this);
}

template class RefBackend<float>;
template class RefBackend<double>;

}  // namespace albert::backend
