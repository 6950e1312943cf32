#include "tasks/label_alignment.h"

#include <algorithm>

namespace albert::tasks {

std::vector<WordPiece> first_pieces(const Encoding& encoding) {
  std::vector<WordPiece> pieces;
  std::int32_t before = -1;
  for (std::size_t token = 0; token < encoding.word_ids.size(); ++token) {
    const std::int32_t word = encoding.word_ids[token];
    if (word >= 0 && word != before) pieces.push_back({static_cast<std::int64_t>(token), word});
    before = word;
  }
  return pieces;
}

TokenRange answer_tokens(const Encoding& window, std::int32_t sequence, std::int64_t start, std::int64_t end) {
  const auto& owners = window.sequence_ids;
  const auto begins = [&](std::int64_t token) { return std::int64_t{window.offsets[static_cast<std::size_t>(token)].start}; };
  const auto ends = [&](std::int64_t token) { return std::int64_t{window.offsets[static_cast<std::size_t>(token)].end}; };
  const std::int64_t first = std::find(owners.begin(), owners.end(), sequence) - owners.begin();
  const std::int64_t last = owners.rend() - std::find(owners.rbegin(), owners.rend(), sequence) - 1;
  if (last < first || begins(first) > end || ends(last) < start) return {};
  TokenRange answer{first, last};
  while (answer.start <= last && begins(answer.start) <= start) ++answer.start;
  while (answer.end >= first && ends(answer.end) >= end) --answer.end;
  return {answer.start - 1, answer.end + 1};
}

}  // namespace albert::tasks
