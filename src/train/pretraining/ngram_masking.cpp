#include "train/pretraining/ngram_masking.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace albert {
namespace {

struct Word {
  std::size_t first = 0, last = 0;  ///< tokens first ... last - 1
};

std::vector<Word> words_of(std::span<const std::int32_t> ids, const MaskingVocabulary& vocabulary, bool whole_words) {
  std::vector<Word> words;
  bool goes_on = false;  // the token before belongs to a word
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto id = static_cast<std::size_t>(ids[i]);
    if (vocabulary.special[id]) {
      goes_on = false;
      continue;
    }
    if (whole_words && goes_on && !vocabulary.starts_word[id]) {
      words.back().last = i + 1;
    } else {
      words.push_back({i, i + 1});
    }
    goes_on = true;
  }
  return words;
}

/// Cumulative probabilities of the lengths 1 ... ngram.
std::vector<double> length_distribution(const MaskingOptions& options) {
  std::vector<double> weights(static_cast<std::size_t>(std::max<std::int64_t>(1, options.ngram)));
  for (std::size_t n = 0; n < weights.size(); ++n) weights[n] = 1.0 / static_cast<double>(n + 1);
  if (options.favor_longer_ngram) std::reverse(weights.begin(), weights.end());
  std::partial_sum(weights.begin(), weights.end(), weights.begin());
  return weights;
}

std::size_t draw_length(const std::vector<double>& cumulative, UniformSequence& random) {
  const double x = random.next() * cumulative.back();
  return 1 + static_cast<std::size_t>(std::upper_bound(cumulative.begin(), cumulative.end() - 1, x) - cumulative.begin());
}

std::int32_t random_piece(const MaskingVocabulary& vocabulary, UniformSequence& random) {
  const auto size = static_cast<std::int64_t>(vocabulary.special.size());
  for (;;) {
    const auto id = draw_below(random, size);
    if (!vocabulary.special[static_cast<std::size_t>(id)]) return static_cast<std::int32_t>(id);
  }
}

}  // namespace

std::int64_t draw_below(UniformSequence& random, std::int64_t count) noexcept {
  return std::min(count - 1, static_cast<std::int64_t>(random.next() * static_cast<double>(count)));
}

std::vector<std::int64_t> mask_ngrams(std::span<std::int32_t> ids, const MaskingVocabulary& vocabulary, const MaskingOptions& options,
                                      UniformSequence& random) {
  const auto words = words_of(ids, vocabulary, options.whole_word_masking);
  auto budget = static_cast<std::size_t>(std::max(1.0, std::nearbyint(options.masked_lm_prob * static_cast<double>(ids.size()))));
  if (options.max_predictions > 0) budget = std::min(budget, static_cast<std::size_t>(options.max_predictions));
  std::vector<std::size_t> order(words.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[static_cast<std::size_t>(draw_below(random, static_cast<std::int64_t>(i)))]);

  const auto lengths = length_distribution(options);
  std::vector<bool> chosen(words.size());
  std::vector<std::int64_t> labels(ids.size(), -100);
  std::size_t predicted = 0;
  for (const std::size_t start : order) {
    if (predicted >= budget) break;
    if (chosen[start]) continue;
    std::size_t n = std::min(draw_length(lengths, random), words.size() - start);
    const auto tokens_of = [&](std::size_t count) { return words[start + count - 1].last - words[start].first; };
    while (n > 0 && predicted + tokens_of(n) > budget) --n;
    if (n == 0 || std::any_of(chosen.begin() + static_cast<std::ptrdiff_t>(start), chosen.begin() + static_cast<std::ptrdiff_t>(start + n),
                              [](bool one) { return one; }))
      continue;
    for (std::size_t w = start; w < start + n; ++w) {
      chosen[w] = true;
      for (std::size_t i = words[w].first; i < words[w].last; ++i) {
        labels[i] = ids[i];
        const double what = random.next();
        if (what < 0.8) {
          ids[i] = vocabulary.mask;
        } else if (what < 0.9) {
          ids[i] = random_piece(vocabulary, random);
        }
      }
    }
    predicted += tokens_of(n);
  }
  return labels;
}

}  // namespace albert
