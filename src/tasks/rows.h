// Rows through a model: sorted by length, batched by token count, each handed back with its logits.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "albert/model.h"
#include "albert/pipelines.h"

namespace albert::tasks {

/// What a task reads of one row: the batch's outputs and where the row lies in them.
class RowOutput {
 public:
  RowOutput(const ModelOutput& outputs, std::int64_t row, std::int64_t length) : outputs_(outputs), row_(row), length_(length) {}
  [[nodiscard]] std::int64_t length() const noexcept { return length_; }  ///< tokens of the row, its own padding included
  /// A per-token field [B, S, C]: the row's [length, C], float32.
  [[nodiscard]] std::span<const float> tokens(std::string_view field) const;
  /// A per-token field [B, S] or a per-row field [B, C]: the row's values.
  [[nodiscard]] std::span<const float> values(std::string_view field) const;
  /// Name of the first field, in the reference's order.
  [[nodiscard]] const std::string& first_field() const { return outputs_.fields().front().first; }

 private:
  const ModelOutput& outputs_;  // float32
  std::int64_t row_, length_;
};

/// Runs every row, in batches of at most `batch_tokens` tokens of similar lengths. A row whose batch
/// fails runs again alone, so that only the bad one fails. Both functions are called on this thread, once a row.
void for_each_row(const AlbertPreTrainedModel& model, std::span<const Encoding* const> rows, std::int64_t batch_tokens, Padding padding,
                  const std::function<void(std::size_t row, const RowOutput& output)>& consume,
                  const std::function<void(std::size_t row, const Error& error)>& failed);

/// Calls body(i) for i in [0, count) on the device's number of threads; body must not throw.
void in_parallel(const AlbertPreTrainedModel& model, std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace albert::tasks
