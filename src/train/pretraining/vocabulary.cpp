#include "train/pretraining/vocabulary.h"

#include <algorithm>
#include <string>

#include "albert/pretraining.h"
#include "base/check.h"
#include "base/name_hash.h"

namespace albert {
namespace {

constexpr std::string_view kWordMark = "\u2581";  // SentencePiece's
constexpr std::string_view kGoesOn = "##";        // WordPiece's
constexpr std::string_view kSigns = "!\"#$%&()*+,-./:;?@[\\]^_`{|}~";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool starts_word(std::string_view piece) {
  if (piece.starts_with(kWordMark) || piece.starts_with('<')) return true;
  if (piece.size() == 1 && kSigns.find(piece.front()) != std::string_view::npos) return true;
  return std::any_of(piece.begin(), piece.end(), [](char c) { return !is_letter(c) && kSigns.find(c) == std::string_view::npos; });
}

/// One past the largest id, at least the tokenizer's length.
std::int64_t ids_of(const Tokenizer& tokenizer, const std::map<std::string, std::int32_t>& vocabulary) {
  std::int64_t ids = tokenizer.size();
  for (const auto& [piece, id] : vocabulary) ids = std::max<std::int64_t>(ids, id + 1);
  return ids;
}

std::int32_t special_id(const Tokenizer& tokenizer, const char* role) {
  const auto id = tokenizer.special_token_id(role);
  require(id.has_value(), ErrorCode::value, "pre-training needs a {} token, and this tokenizer has none", role);
  return *id;
}

}  // namespace

TokenStoreVocabulary store_vocabulary(const Tokenizer& tokenizer) {
  const auto vocabulary = tokenizer.get_vocab();
  std::uint64_t fingerprint = name_hash(tokenizer.class_name());
  for (const auto& [piece, id] : vocabulary) fingerprint = fingerprint * 31 + (name_hash(piece) ^ static_cast<std::uint64_t>(id));
  return {ids_of(tokenizer, vocabulary), fingerprint};
}

MaskingVocabulary masking_vocabulary(const Tokenizer& tokenizer) {
  const auto vocabulary = tokenizer.get_vocab();
  const auto ids = static_cast<std::size_t>(ids_of(tokenizer, vocabulary));
  const bool wordpiece =
      std::any_of(vocabulary.begin(), vocabulary.end(),
                  [](const auto& entry) { return entry.first.starts_with(kGoesOn) && entry.first.size() > 2; }) &&
      std::none_of(vocabulary.begin(), vocabulary.end(), [](const auto& entry) { return entry.first.starts_with(kWordMark); });
  MaskingVocabulary masking;
  masking.starts_word.assign(ids, true);
  masking.special.assign(ids, false);
  for (const auto& [piece, id] : vocabulary)
    masking.starts_word[static_cast<std::size_t>(id)] = wordpiece ? !piece.starts_with(kGoesOn) : starts_word(piece);
  for (const std::int32_t id : tokenizer.all_special_ids()) masking.special[static_cast<std::size_t>(id)] = true;
  masking.cls = special_id(tokenizer, "cls");
  masking.sep = special_id(tokenizer, "sep");
  masking.mask = special_id(tokenizer, "mask");
  masking.pad = special_id(tokenizer, "pad");
  return masking;
}

}  // namespace albert
