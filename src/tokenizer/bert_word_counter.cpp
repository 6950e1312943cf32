#include <unordered_map>

#include "albert/tokenizer_training.h"
#include "base/check.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pre_tokenizers.h"
#include "tokenizer/utf8.h"

namespace albert {

struct BertWordCounter::Impl {
  NormalizerPointer normalizer;
  PreTokenizerPointer pre_tokenizer = make_bert_pre_tokenizer();
  NormalizedString text;
  PieceList pieces, spare;
  WordCounts counts;
  std::unordered_map<std::string, std::size_t> places;
};

BertWordCounter::BertWordCounter(const BertWordOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->normalizer = make_bert_normalizer(
      {.handle_chinese_chars = options.tokenize_chinese_chars, .strip_accents = options.strip_accents, .lowercase = options.do_lower_case});
}

BertWordCounter::~BertWordCounter() = default;

void BertWordCounter::add(std::string_view text) {
  auto& [normalizer, pre_tokenizer, work, pieces, spare, counts, places] = *impl_;
  work.assign(to_utf32(text), 0);
  require(work.size() <= NormalizedString::max_characters, ErrorCode::resource, "a text of {} characters is more than {}", work.size(),
          NormalizedString::max_characters);
  normalizer->normalize(work);
  pieces.clear();
  pieces.append(work, 0, work.size());
  pieces.close_part(0);
  pre_tokenizer->apply(pieces, spare);
  for (const auto& part : pieces.parts()) {
    const auto [place, is_new] = places.emplace(to_utf8(pieces.text(part)), counts.size());
    if (is_new) counts.emplace_back(place->first, 0);
    ++counts[place->second].second;
  }
}

const WordCounts& BertWordCounter::counts() const noexcept { return impl_->counts; }

}  // namespace albert
