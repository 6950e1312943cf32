#include <unordered_map>

#include "albert/tokenizer_training.h"
#include "base/check.h"
#include "tokenizer/basic_tokenizer.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pre_tokenizers.h"
#include "tokenizer/utf8.h"

namespace albert {

namespace {

/// The fast form's way from a text to words.
class WordCutter {
 public:
  explicit WordCutter(const BertWordOptions& options)
      : normalizer_(make_bert_normalizer({.handle_chinese_chars = options.tokenize_chinese_chars,
                                          .strip_accents = options.strip_accents,
                                          .lowercase = options.do_lower_case})) {}

  /// use(std::string) for each word in turn.
  template <class Use>
  void cut(std::string_view text, const Use& use) {
    text_.assign(to_utf32(text), 0);
    require(text_.size() <= NormalizedString::max_characters, ErrorCode::resource, "a text of {} characters is more than {}", text_.size(),
            NormalizedString::max_characters);
    normalizer_->normalize(text_);
    pieces_.clear();
    pieces_.append(text_, 0, text_.size());
    pieces_.close_part(0);
    pre_tokenizer_->apply(pieces_, spare_);
    for (const auto& part : pieces_.parts()) use(to_utf8(pieces_.text(part)));
  }

 private:
  NormalizerPointer normalizer_;
  PreTokenizerPointer pre_tokenizer_ = make_bert_pre_tokenizer();
  NormalizedString text_;
  PieceList pieces_, spare_;
};

}  // namespace

struct BertWordCounter::Impl {
  explicit Impl(const BertWordOptions& options) : cutter(options) {}
  WordCutter cutter;
  WordCounts counts;
  std::unordered_map<std::string, std::size_t> places;
};

BertWordCounter::BertWordCounter(const BertWordOptions& options) : impl_(std::make_unique<Impl>(options)) {}

BertWordCounter::~BertWordCounter() = default;

void BertWordCounter::add(std::string_view text) {
  auto& [cutter, counts, places] = *impl_;
  cutter.cut(text, [&](std::string word) {
    const auto [place, is_new] = places.emplace(std::move(word), counts.size());
    if (is_new) counts.emplace_back(place->first, 0);
    ++counts[place->second].second;
  });
}

const WordCounts& BertWordCounter::counts() const noexcept { return impl_->counts; }

BertWords bert_words(std::string_view text, const BertWordOptions& options) {
  BertWords words;
  WordCutter(options).cut(text, [&](std::string word) { words.fast.push_back(std::move(word)); });
  const BasicTokenizer slow({.do_lower_case = options.do_lower_case,
                             .tokenize_chinese_chars = options.tokenize_chinese_chars,
                             .strip_accents = options.strip_accents});
  words.slow = slow.tokenize(is_valid_utf8(text) ? std::string(text) : replace_invalid_utf8(text), {});
  return words;
}

}  // namespace albert
