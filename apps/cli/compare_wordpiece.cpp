// The two forms of WordPiece: the slow one has Python's Unicode and steps, the fast one those of the `tokenizers` library.
#include <fmt/format.h>

#include <utility>

#include "albert/bert_tokenizer.h"
#include "albert/tokenizer_training.h"
#include "compare_kinds.h"

namespace cli {
namespace {

using albert::BertWordOptions;
using albert::BertWords;

// Characters of UTF-8 (stray bytes count as one each).
Pieces characters_of(const std::string& text) {
  Pieces characters;
  for (const char c : text) {
    if (characters.empty() || (static_cast<unsigned char>(c) & 0xC0U) != 0x80U) characters.emplace_back();
    characters.back() += c;
  }
  return characters;
}

std::string together(const Pieces& parts) {
  std::string text;
  for (const std::string& part : parts) text += part;
  return text;
}

// "U+0041 U+0301": one of a few well-formed characters.
std::string code_points(const Pieces& characters) {
  std::string out;
  for (const std::string& character : characters) {
    const auto first = static_cast<unsigned char>(character[0]);
    char32_t code = first < 0x80 ? first : first & (0xFFU >> (character.size() + 1));
    for (std::size_t i = 1; i < character.size(); ++i) code = code << 6 | (static_cast<unsigned char>(character[i]) & 0x3FU);
    out += fmt::format("{}U+{:04X}", out.empty() ? "" : " ", static_cast<std::uint32_t>(code));
  }
  return out;
}

// The part of a word without which the two forms agree on its words.
Pieces smallest_part(const std::string& word, const BertWordOptions& options) {
  constexpr std::size_t longest = 200;
  Pieces part = characters_of(word);
  if (part.size() > longest) return part;
  for (std::size_t i = 0; i < part.size();) {
    Pieces shorter = part;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    const BertWords words = albert::bert_words(together(shorter), options);
    if (words.slow != words.fast) {
      part = std::move(shorter);
    } else {
      ++i;
    }
  }
  return part;
}

class WordPieceComparison final : public TokenizerComparison::Kind {
 public:
  explicit WordPieceComparison(const std::string& directory)
      : slow_(albert::BertTokenizer::from_pretrained(directory)), fast_(albert::BertTokenizerFast::from_pretrained(directory)) {
    const albert::Json config = tokenizer_config(directory);
    options_ = {.do_lower_case = is_on(config, "do_lower_case", true),
                .tokenize_chinese_chars = is_on(config, "tokenize_chinese_chars", true)};
    if (const albert::Json* value = config.find("strip_accents"); value != nullptr && value->is_bool())
      options_.strip_accents = value->as_bool();
    basic_ = is_on(config, "do_basic_tokenize", true);
    const albert::Json* kept = config.find("never_split");
    keeps_words_ = kept != nullptr && kept->is_array() && !kept->as_array().empty();
  }

  [[nodiscard]] bool has_library() const override { return false; }

  [[nodiscard]] TokenizerCuts cut(const std::string& text) const override {
    return {.text = text, .slow = slow_->tokenize(text), .fast = fast_->tokenize(text), .library = {}};
  }

  [[nodiscard]] Pieces reasons(const TokenizerCuts& cuts) const override {
    Pieces reasons;
    if (!basic_) reasons.emplace_back("slow / fast: do_basic_tokenize is false: slow cuts at white space alone, fast does not know it");
    if (keeps_words_) reasons.emplace_back("slow / fast: never_split: slow leaves these words as they are, fast does not know it");
    if (!basic_) return reasons;
    for (std::string& reason : different_words(
             cuts.text, [&](const std::string& word) { return slow_->tokenize(word); },
             [&](const std::string& word) { return fast_->tokenize(word); },
             [&](const std::string& word, const Pieces& /*slow*/, const Pieces& /*fast*/) { return reason_for(word); }))
      reasons.push_back(std::move(reason));
    if (reasons.empty()) reasons.emplace_back("slow / fast: added tokens, or white space beside them: no word differs by itself");
    return reasons;
  }

 private:
  [[nodiscard]] std::string reason_for(const std::string& word) const {
    const BertWords whole = albert::bert_words(word, options_);
    if (whole.slow == whole.fast)
      return "an added token: slow looks for it in the text, fast in the normalised text; the words are the same";
    const Pieces part = smallest_part(word, options_);
    const std::string text = together(part);
    const std::string place = part.size() <= 8 ? code_points(part) + ": " : "";
    const BertWords words = albert::bert_words(text, options_);
    if (together(words.slow) == together(words.fast)) {
      if (words.slow.size() > words.fast.size())
        return place +
               "slow cuts here (punctuation of Unicode 14.0; ideographs of all planes), fast does not (punctuation of 8.0; not "
               "U+2B820-2B91F)";
      return place + "fast cuts here (punctuation of Unicode 8.0), slow does not (14.0)";
    }
    const auto agree = [&](bool lower_case, bool strip) {
      const BertWords plain = albert::bert_words(
          text, {.do_lower_case = lower_case, .strip_accents = strip, .tokenize_chinese_chars = options_.tokenize_chinese_chars});
      return plain.slow == plain.fast;
    };
    const bool strips = options_.strip_accents.value_or(options_.do_lower_case);
    if (strips && agree(options_.do_lower_case, false))
      return place + "marks: slow decomposes and drops those of Unicode 14.0, fast those of older versions";
    if (options_.do_lower_case && agree(false, strips))
      return place + "small letters: slow lower-cases whole words, fast each character (Unicode 14.0, 15.0)";
    if (together(words.slow).empty()) return place + "slow drops it (a control character, or not assigned in Unicode 14.0), fast keeps it";
    if (together(words.fast).empty()) return place + "fast drops it (a control character of Unicode 8.0), slow keeps it";
    return place + "slow composes characters (NFC), fast leaves them as they are";
  }

  std::unique_ptr<albert::BertTokenizer> slow_;
  std::unique_ptr<albert::BertTokenizerFast> fast_;
  BertWordOptions options_;
  bool basic_ = true, keeps_words_ = false;
};

}  // namespace

std::unique_ptr<TokenizerComparison::Kind> compare_wordpiece(const std::string& directory) {
  return std::make_unique<WordPieceComparison>(directory);
}

}  // namespace cli
