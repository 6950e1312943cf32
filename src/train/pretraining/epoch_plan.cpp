#include "train/pretraining/epoch_plan.h"

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "train/pretraining/ngram_masking.h"

namespace albert {
namespace {

constexpr std::int64_t kSpecials = 3;  // [CLS] A [SEP] B [SEP]

void add_chunks(const TokenStore& store, const ExampleOptions& options, std::int64_t document, UniformSequence& random,
                std::vector<Chunk>& chunks) {
  const std::int64_t room = options.max_length - kSpecials, end = store.first_sentence(document + 1);
  for (std::int64_t first = store.first_sentence(document); first < end;) {
    const std::int64_t target = random.next() < options.short_seq_prob ? 2 + draw_below(random, room - 1) : room;
    std::int64_t last = first + 1;
    while (last < end && store.length(first, last) < target) ++last;
    const std::int64_t count = last - first;
    // One token cannot be two segments.
    if (store.length(first, last) >= 2)
      chunks.push_back({static_cast<std::uint64_t>(first), static_cast<std::uint32_t>(count),
                        static_cast<std::uint32_t>(count == 1 ? 0 : 1 + draw_below(random, count - 1))});
    first = last;
  }
}

}  // namespace

EpochPlan::EpochPlan(const TokenStore& store, const ExampleOptions& options, std::int64_t held_out_every, Part part, std::uint64_t epoch) {
  for (std::int64_t document = 0; document < store.documents(); ++document) {
    const bool held_out = held_out_every > 0 && document % held_out_every == 0;
    if (held_out != (part == Part::held_out)) continue;
    UniformSequence random(options.seed, random_stream(RandomUse::chunks, epoch, static_cast<std::uint64_t>(document)));
    add_chunks(store, options, document, random, chunks_);
  }
  UniformSequence random(options.seed, random_stream(RandomUse::order, epoch, static_cast<std::uint64_t>(part)));
  for (std::size_t i = chunks_.size(); i > 1; --i)
    std::swap(chunks_[i - 1], chunks_[static_cast<std::size_t>(draw_below(random, static_cast<std::int64_t>(i)))]);
}

}  // namespace albert
