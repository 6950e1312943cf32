#include "tasks/rows.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "base/parallel.h"

namespace albert::tasks {
namespace {

/// The arguments of one call of the model: rows padded to the longest.
ModelInputs collate(const AlbertPreTrainedModel& model, std::span<const Encoding* const> rows, std::span<const std::size_t> batch) {
  std::size_t longest = 0;
  for (const std::size_t row : batch) longest = std::max(longest, rows[row]->size());
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(batch.size()), static_cast<std::int64_t>(longest)};
  // Every choice is a row of its own here: [B, 1, S].
  if (model.model_class() == ModelClass::multiple_choice) shape.insert(shape.begin() + 1, 1);
  Tensor ids(DType::i32, shape), types(DType::i32, shape), mask(DType::i32, shape);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Encoding& encoding = *rows[batch[i]];
    const auto copy = [&](const std::vector<std::int32_t>& values, Tensor& target) {
      std::copy(values.begin(), values.end(), target.mutable_values<std::int32_t>().begin() + static_cast<std::ptrdiff_t>(i * longest));
    };
    copy(encoding.input_ids, ids);
    copy(encoding.token_type_ids, types);
    copy(encoding.attention_mask, mask);
  }
  ModelInputs inputs;
  inputs.input_ids = std::move(ids);
  inputs.token_type_ids = std::move(types);
  inputs.attention_mask = std::move(mask);
  return inputs;
}

ModelOutput to_float(const ModelOutput& outputs) {
  ModelOutput result;
  for (const auto& [name, value] : outputs.fields())
    if (const auto* tensor = std::get_if<Tensor>(&value)) result.append(name, tensor->to(DType::f32));
  return result;
}

}  // namespace

std::span<const float> RowOutput::tokens(std::string_view field) const {
  const Tensor& tensor = outputs_.at(field);
  const auto width = static_cast<std::size_t>(tensor.dim(2));
  return tensor.values<float>().subspan(static_cast<std::size_t>(row_ * tensor.dim(1)) * width, static_cast<std::size_t>(length_) * width);
}

std::span<const float> RowOutput::values(std::string_view field) const {
  const Tensor& tensor = outputs_.at(field);
  const auto width = static_cast<std::size_t>(tensor.dim(1));
  return tensor.values<float>().subspan(static_cast<std::size_t>(row_) * width, width);
}

void for_each_row(const AlbertPreTrainedModel& model, std::span<const Encoding* const> rows, std::int64_t batch_tokens, Padding padding,
                  const std::function<void(std::size_t row, const RowOutput& output)>& consume,
                  const std::function<void(std::size_t row, const Error& error)>& failed) {
  ForwardOptions options;
  options.padding = padding;
  options.output_attentions = false;
  options.output_hidden_states = false;

  const auto run = [&](std::span<const std::size_t> batch) {
    const ModelOutput outputs = to_float(model.forward(collate(model, rows, batch), options));
    for (std::size_t i = 0; i < batch.size(); ++i)
      consume(batch[i], RowOutput(outputs, static_cast<std::int64_t>(i), static_cast<std::int64_t>(rows[batch[i]]->size())));
  };

  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rows[a]->size() < rows[b]->size(); });
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    for (std::int64_t tokens = 0; last < order.size(); ++last) {
      tokens += static_cast<std::int64_t>(rows[order[last]]->size());
      if (last > first && tokens > batch_tokens) break;
    }
    const std::span<const std::size_t> batch(order.data() + first, last - first);
    first = last;
    try {
      run(batch);
      continue;
    } catch (const Error& error) {
      if (batch.size() == 1) {
        failed(batch[0], error);
        continue;
      }
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
      try {
        run(batch.subspan(i, 1));
      } catch (const Error& error) {
        failed(batch[i], error);
      }
    }
  }
}

void in_parallel(const AlbertPreTrainedModel& model, std::size_t count, const std::function<void(std::size_t)>& body) {
  // Threads cost more than a handful of short texts.
  constexpr std::size_t kWorthThreads = 16;
  if (count < kWorthThreads) {
    for (std::size_t i = 0; i < count; ++i) body(i);
    return;
  }
  ThreadPool pool(model.device()->options().threads);
  pool.for_each(static_cast<std::int64_t>(count), [&](std::int64_t i) { body(static_cast<std::size_t>(i)); });
}

}  // namespace albert::tasks
