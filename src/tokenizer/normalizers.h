// The normalisers of a tokenizer.json: each rewrites a text and keeps track of where its characters
// came from.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/normalized_string.h"

namespace albert {

class PrettyJson;

/// One normaliser. Safe to share between threads.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  /// Error{resource} when the text would grow without bound.
  virtual void normalize(NormalizedString& text) const = 0;
  /// Writes its object of a tokenizer.json.
  virtual void write(PrettyJson& out) const = 0;
};

using NormalizerPointer = std::unique_ptr<const Normalizer>;

/// All in turn.
NormalizerPointer make_sequence_normalizer(std::vector<NormalizerPointer> parts);
/// Every non-overlapping occurrence of `pattern` becomes `content`. Error{not_implemented} when it is empty.
NormalizerPointer make_replace_string(std::string_view pattern, std::string_view content);
/// The same with a regular expression: literal characters, or one character, class or \s with one of
/// the greedy quantifiers + {n} {n,} {n,m}. Error{not_implemented} names any other pattern.
NormalizerPointer make_replace_regex(std::string_view pattern, std::string_view content);

enum class NormalForm { nfc, nfd, nfkc, nfkd };
/// A normalisation form, as of Unicode 9.0.
NormalizerPointer make_normal_form(NormalForm form);
/// Removes every mark (category M as of Unicode 9.0).
NormalizerPointer make_strip_accents();
/// Lower-cases each character on its own.
NormalizerPointer make_lowercase();
/// Removes White_Space at the ends.
NormalizerPointer make_strip(bool left, bool right);
/// Puts a text in front of one that is not empty.
NormalizerPointer make_prepend(std::string_view prefix);
/// SentencePiece's clean-up of control characters and kinds of space.
NormalizerPointer make_nmt();
/// What BERT's normaliser does, each on demand, in this order.
struct BertNormalizerOptions {
  bool clean_text = true;             // removes control characters, makes every kind of white space a space
  bool handle_chinese_chars = true;   // a space before and after each ideograph
  std::optional<bool> strip_accents;  // NFD without marks; null: as lowercase
  bool lowercase = true;              // each character on its own
  bool operator==(const BertNormalizerOptions&) const = default;
};
NormalizerPointer make_bert_normalizer(const BertNormalizerOptions& options);
/// The options of a normaliser that make_bert_normalizer() made; null for any other.
[[nodiscard]] const BertNormalizerOptions* bert_normalizer_options(const Normalizer* normalizer);
/// A SentencePiece character map (the blob itself). Error{bad_data}.
NormalizerPointer make_precompiled(std::string blob);

}  // namespace albert
