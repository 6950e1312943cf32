#include "model/gradients.h"

#include <algorithm>

#include "base/check.h"
#include "base/memory.h"

namespace albert {
namespace {

/// Each tensor starts on a cache line of its own.
constexpr std::int64_t kLine = 16;

std::int64_t scalars(const ParameterSpec& spec) {
  std::int64_t count = 1;
  for (const auto extent : spec.shape) count *= extent;
  return count;
}

}  // namespace

Gradients::Impl::Impl(const Parameters& of, DType type) : parameters(of) {
  const auto& impl = of.impl();
  std::int64_t total = 0;
  for (Row row = 0; row < impl.table.size(); ++row) {
    const auto& spec = impl.table[row];
    owners.push_back(spec.tied_to.empty() ? row : static_cast<Row>(impl.find(spec.tied_to)));
    offsets.push_back(owners[row] == row ? total : offsets[owners[row]]);
    if (owners[row] == row) total += (scalars(spec) + kLine - 1) / kLine * kLine;
  }
  require_memory(static_cast<std::uint64_t>(total) * size_of(type), "gradients");
  slab = Tensor(type, {total});
  reached.assign(owners.size(), false);
}

Gradients::Gradients(const Parameters& parameters, DType dtype) {
  require(dtype == DType::f32 || dtype == DType::f64, ErrorCode::type, "gradients: expected float32 or float64, got {}", to_string(dtype));
  impl_ = std::make_shared<Impl>(parameters, dtype);
}

std::vector<std::string> Gradients::names() const {
  std::vector<std::string> names;
  for (Row row = 0; row < impl_->owners.size(); ++row)
    if (impl_->owner(row) == row && impl_->reached[row]) names.push_back(impl_->spec(row).name);
  return names;
}

bool Gradients::contains(std::string_view name) const {
  const auto row = impl_->parameters.impl().find(name);
  return row >= 0 && impl_->reached[impl_->owner(static_cast<Row>(row))];
}

Tensor Gradients::at(std::string_view name) const {
  require(contains(name), ErrorCode::key, "'{}' has no gradient", name);
  const auto row = static_cast<Row>(impl_->parameters.impl().find(name));
  return impl_->slab.slice(impl_->offsets[row], impl_->spec(row).shape);
}

const std::optional<Tensor>& Gradients::inputs_embeds() const noexcept { return impl_->embeds; }

void Gradients::clear() {
  for (Row row = 0; row < impl_->owners.size(); ++row) {
    if (impl_->owner(row) != row || !impl_->reached[row]) continue;
    Tensor gradient = impl_->slab.slice(impl_->offsets[row], impl_->spec(row).shape);
    std::fill_n(gradient.mutable_data(), gradient.bytes(), std::byte{0});
  }
  impl_->reached.assign(impl_->owners.size(), false);
  impl_->embeds.reset();
}

template <class T>
T* GradientSink<T>::at(Row row) const {
  if (row == kNoRow) return nullptr;
  gradients_.reached[gradients_.owner(row)] = true;
  return slab_ + gradients_.offsets[row];
}

template <class T>
std::vector<backend::LinearGradients<T>> GradientSink<T>::of(const Linear& linear) const {
  std::vector<backend::LinearGradients<T>> parts;
  parts.reserve(linear.parts.size());
  for (const auto& part : linear.parts) parts.push_back({at(part.weight), at(part.bias), part.out});
  return parts;
}

template <class T>
T* GradientSink<T>::inputs_embeds(const std::vector<std::int64_t>& shape) const {
  return gradients_.embeds.emplace(dtype_of<T>, shape).template mutable_values<T>().data();
}

template class GradientSink<float>;
template class GradientSink<double>;

void check_gradients(const Gradients::Impl& gradients, const Parameters& parameters, DType dtype) {
  require(gradients.slab.dtype() == dtype, ErrorCode::type, "gradients: the device computes in {}, these are {}", to_string(dtype),
          to_string(gradients.slab.dtype()));
  const auto &mine = gradients.parameters.impl().table, &wanted = parameters.impl().table;
  const bool same =
      &mine == &wanted || std::equal(mine.begin(), mine.end(), wanted.begin(), wanted.end(), [](const auto& a, const auto& b) {
        return a.name == b.name && a.shape == b.shape && a.tied_to == b.tied_to;
      });
  require(same, ErrorCode::value, "gradients: made for parameters of other names, shapes or ties than the model has");
}

}  // namespace albert
