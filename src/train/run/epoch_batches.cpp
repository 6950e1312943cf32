#include "train/run/epoch_batches.h"

#include <numeric>
#include <utility>

#include "base/check.h"
#include "base/random.h"

namespace albert {
namespace {

/// Set apart from the streams of parameters (hashes of names) and of dropout, which have seeds of their own.
constexpr std::uint64_t kOrderStream = 0x6F72646572000000;

}  // namespace

EpochBatches::EpochBatches(TrainingData& data, const TrainingOptions& options, std::int64_t epoch)
    : accumulation_(options.gradient_accumulation_steps) {
  const std::int64_t size = data.size(epoch);
  require(size > 0, ErrorCode::value, "there are no examples to train on");
  order_.resize(static_cast<std::size_t>(size));
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
  if (!data.shuffled()) {
    UniformSequence random(options.seed, kOrderStream + static_cast<std::uint64_t>(epoch));
    for (std::size_t i = order_.size(); i > 1; --i)
      std::swap(order_[i - 1], order_[static_cast<std::size_t>(random.next() * static_cast<double>(i))]);
  }
  std::int64_t tokens = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int64_t length = options.batch_tokens > 0 ? data.length(epoch, order_[static_cast<std::size_t>(i)]) : 0;
    const bool full = options.batch_tokens > 0 ? tokens + length > options.batch_tokens : i % options.batch_size == 0;
    if (starts_.empty() || full) {
      starts_.push_back(i);
      tokens = 0;
    }
    tokens += length;
  }
  starts_.push_back(size);
}

std::span<const std::int64_t> EpochBatches::batch(std::int64_t index) const {
  const auto i = static_cast<std::size_t>(index);
  return std::span(order_).subspan(static_cast<std::size_t>(starts_[i]), static_cast<std::size_t>(starts_[i + 1] - starts_[i]));
}

}  // namespace albert
