// The flow that every task shares: texts to rows, rows through the model, what was read to results.
#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "tasks/rows.h"

namespace albert::tasks {

/// Runs `task` over inputs; results keep the inputs' order and a failed input has its error.
///
/// A task has the types Input, Result, Prepared and Read, and
///   Prepared prepare(const Input&) const                     encodes; Prepared::rows holds the Encodings
///   Read read(const Prepared&, size_t row, const RowOutput&) const   what to keep of one row's outputs
///   Result finish(const Input&, const Prepared&, std::vector<Read>) const
/// prepare and finish run in parallel and may throw Error.
template <class Task>
std::vector<Outcome<typename Task::Result>> run_task(const Task& task, const AlbertPreTrainedModel& model,
                                                     std::span<const typename Task::Input> inputs, std::int64_t batch_tokens,
                                                     Padding padding) {
  using Prepared = typename Task::Prepared;
  using Read = typename Task::Read;
  using Result = typename Task::Result;
  struct Item {
    std::optional<Prepared> prepared;
    std::vector<std::optional<Read>> read;
    std::optional<Error> error;
    std::optional<Result> result;
  };
  std::vector<Item> items(inputs.size());

  in_parallel(model, items.size(), [&](std::size_t i) {
    try {
      items[i].prepared.emplace(task.prepare(inputs[i]));
    } catch (const Error& error) {
      items[i].error = error;
    }
  });

  std::vector<const Encoding*> rows;
  std::vector<std::pair<std::size_t, std::size_t>> owners;  // item, row of the item
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!items[i].prepared) continue;
    const auto& encodings = items[i].prepared->rows;
    items[i].read.resize(encodings.size());
    for (std::size_t r = 0; r < encodings.size(); ++r) {
      rows.push_back(&encodings[r]);
      owners.emplace_back(i, r);
    }
  }
  for_each_row(
      model, rows, batch_tokens, padding,
      [&](std::size_t row, const RowOutput& output) {
        auto& item = items[owners[row].first];
        item.read[owners[row].second].emplace(task.read(*item.prepared, owners[row].second, output));
      },
      [&](std::size_t row, const Error& error) { items[owners[row].first].error = error; });

  in_parallel(model, items.size(), [&](std::size_t i) {
    Item& item = items[i];
    if (item.error) return;
    try {
      std::vector<Read> read;
      read.reserve(item.read.size());
      for (auto& part : item.read) read.push_back(std::move(*part));
      item.result.emplace(task.finish(inputs[i], *item.prepared, std::move(read)));
    } catch (const Error& error) {
      item.error = error;
    }
  });

  std::vector<Outcome<Result>> outcomes;
  outcomes.reserve(items.size());
  for (Item& item : items) {
    if (item.error) {
      outcomes.emplace_back(std::move(*item.error));
    } else {
      outcomes.emplace_back(std::move(*item.result));
    }
  }
  return outcomes;
}

/// One input: its result, or its error thrown.
template <class Task>
typename Task::Result run_one(const Task& task, const AlbertPreTrainedModel& model, const typename Task::Input& input, Padding padding) {
  auto outcomes = run_task(task, model, std::span(&input, 1), std::numeric_limits<std::int64_t>::max(), padding);
  return std::move(outcomes.front()).value();
}

}  // namespace albert::tasks
