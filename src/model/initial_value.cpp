// Random initialisation as each framework does it; every value is a function of seed, name and index.
#include <algorithm>
#include <cmath>
#include <span>

#include "base/check.h"
#include "base/memory.h"
#include "base/name_hash.h"
#include "base/random.h"
#include "model/architecture.h"
#include "model/parameters.h"

namespace albert {
namespace {

// A normal draw resampled beyond two standard deviations. Draw k of an element lives in its own stream.
double truncated_normal(std::uint64_t seed, std::uint64_t stream, std::uint64_t i) {
  for (std::uint64_t k = 0;; ++k) {
    const double value = normal(seed, stream + k * 0x9E3779B97F4A7C15u, i);
    if (std::abs(value) <= 2) return value;
  }
}

constexpr double kTruncatedDeviation = 0.87962566103423978;  // of a unit normal cut at two deviations

void fill_normal(std::span<float> values, double deviation, std::uint64_t seed, std::uint64_t stream) {
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const auto four = four_normals(seed, stream, i / 4);
    for (std::size_t j = i; j < std::min(values.size(), i + 4); ++j) values[j] = static_cast<float>(deviation * four[j - i]);
  }
}

void fill_truncated(std::span<float> values, double deviation, std::uint64_t seed, std::uint64_t stream) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(deviation * truncated_normal(seed, stream, i));
}

}  // namespace

Tensor initial_value(const ParameterSpec& spec, const AlbertConfig& config, Flavor flavor, std::uint64_t seed) {
  Tensor tensor(DType::f32, spec.shape);
  const auto values = tensor.mutable_values<float>();
  const std::uint64_t stream = name_hash(spec.name);
  const double range = config.initializer_range();
  switch (spec.initializer) {
    case Initializer::zeros:
      break;
    case Initializer::ones:
      std::fill(values.begin(), values.end(), 1.0f);
      break;
    case Initializer::lecun_normal: {
      const auto fan_in = static_cast<double>(spec.shape.back());
      fill_truncated(values, std::sqrt(1 / fan_in) / kTruncatedDeviation, seed, stream);
      break;
    }
    case Initializer::normal:
    case Initializer::normal_pad_row:
      if (flavor == Flavor::tensorflow)
        fill_truncated(values, range, seed, stream);
      else
        fill_normal(values, range, seed, stream);
      if (const auto pad = config.pad_token_id(); pad && spec.initializer == Initializer::normal_pad_row && flavor == Flavor::pytorch) {
        const std::int64_t rows = spec.shape[0], width = spec.shape[1];
        const std::int64_t row = *pad < 0 ? *pad + rows : *pad;
        if (row >= 0 && row < rows) std::fill_n(values.begin() + row * width, width, 0.0f);
      }
      break;
  }
  return tensor;
}

Parameters initial_parameters(const AlbertConfig& config, ModelClass model_class, bool add_pooling_layer, Flavor flavor,
                              std::uint64_t seed) {
  auto table = parameter_table(config, model_class, add_pooling_layer, flavor);
  require_memory(bytes_of(table), fmt::format("the parameters of {}", to_string(model_class)));
  std::vector<Tensor> tensors;
  tensors.reserve(table.size());
  for (const auto& spec : table) tensors.push_back(spec.tied_to.empty() ? initial_value(spec, config, flavor, seed) : Tensor());
  return bind_parameters(std::move(table), std::move(tensors));
}

}  // namespace albert
