// Which tokens of a pre-training example are predicted, and what stands in their place.
//
// Source: ALBERT (Lan et al., arXiv 1909.11942) section 3.1 and create_masked_lm_predictions of
// Google's code: n-grams of whole words, p(n) proportional to 1/n; of the chosen tokens 80 % become
// the mask, 10 % stay, 10 % become a random piece.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "albert/pretraining.h"
#include "base/random.h"

namespace albert {

/// A number of 0 ... count - 1.
[[nodiscard]] std::int64_t draw_below(UniformSequence& random, std::int64_t count) noexcept;

/// Masks `ids` in place and returns the labels: the original id where a token is predicted, -100
/// elsewhere. Specials (vocabulary.special) are never chosen; with options.whole_word_masking the
/// tokens of one word go together.
[[nodiscard]] std::vector<std::int64_t> mask_ngrams(std::span<std::int32_t> ids, const MaskingVocabulary& vocabulary,
                                                    const MaskingOptions& options, UniformSequence& random);

}  // namespace albert
