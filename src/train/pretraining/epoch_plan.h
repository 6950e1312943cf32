// Where the examples of an epoch begin and end: documents cut into chunks of sentences, each chunk
// into two segments, in a shuffled order.
//
// A plan holds no tokens: it is made from the lengths of sentences alone, and from nothing but the
// seed, so any example of any epoch can be made again. Source: create_instances_from_document of
// Google's ALBERT code; unlike there, the shorter target length is drawn for every chunk rather than
// once a document, and a chunk of one sentence is divided inside it rather than paired with another
// document, so the label always says whether the order was changed.
#pragma once

#include <cstdint>
#include <vector>

#include "albert/pretraining.h"
#include "train/pretraining/token_store.h"

namespace albert {

/// A chunk of sentences and how it is divided.
struct Chunk {
  std::uint64_t first_sentence = 0;
  std::uint32_t sentences = 0;
  std::uint32_t first_part = 0;  ///< sentences of the first segment; 0: the only sentence is divided inside
};

class EpochPlan {
 public:
  /// Which documents take part.
  enum class Part { training, held_out };
  EpochPlan(const TokenStore& store, const ExampleOptions& options, std::int64_t held_out_every, Part part, std::uint64_t epoch);

  [[nodiscard]] std::int64_t size() const noexcept { return static_cast<std::int64_t>(chunks_.size()); }
  /// Chunk `index` in the order of the epoch.
  [[nodiscard]] const Chunk& chunk(std::int64_t index) const { return chunks_[static_cast<std::size_t>(index)]; }

 private:
  std::vector<Chunk> chunks_;
};

/// The numbers of one use in one epoch: a stream of random numbers each.
enum class RandomUse : std::uint64_t { chunks, order, example, held_out };
[[nodiscard]] constexpr std::uint64_t random_stream(RandomUse use, std::uint64_t epoch, std::uint64_t index) noexcept {
  return static_cast<std::uint64_t>(use) << 60 | (epoch & 0xFFFFF) << 40 | (index & 0xFF'FFFF'FFFF);
}

}  // namespace albert
