#include <algorithm>

#include "tokenizer/normalizers.h"
#include "tokenizer/pretty_json.h"
#include "tokenizer/unicode_fast.h"

namespace albert {
namespace {

class BertNormalizer final : public Normalizer {
 public:
  explicit BertNormalizer(const BertNormalizerOptions& options)
      : options_(options), decompose_(make_normal_form(NormalForm::nfd)), lowercase_(make_lowercase()) {}

  void normalize(NormalizedString& text) const override {
    if (options_.clean_text) clean(text);
    if (options_.handle_chinese_chars) space_ideographs(text);
    if (options_.strip_accents.value_or(options_.lowercase)) {
      decompose_->normalize(text);
      text.remove_if(fast_unicode::is_bert_accent);
    }
    if (options_.lowercase) lowercase_->normalize(text);
  }

  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "BertNormalizer");
    out.member("clean_text", options_.clean_text);
    out.member("handle_chinese_chars", options_.handle_chinese_chars);
    out.key("strip_accents");
    if (options_.strip_accents)
      out.value(*options_.strip_accents);
    else
      out.null();
    out.member("lowercase", options_.lowercase);
    out.end_object();
  }

  [[nodiscard]] const BertNormalizerOptions& options() const noexcept { return options_; }

 private:
  static void clean(NormalizedString& text) {
    text.remove_if([](char32_t c) { return c == 0 || c == 0xFFFD || fast_unicode::is_bert_control(c); });
    char32_t* characters = text.characters();
    for (std::size_t i = 0; i < text.size(); ++i)
      if (fast_unicode::is_white_space(characters[i])) characters[i] = U' ';
  }

  static void space_ideographs(NormalizedString& text) {
    const auto characters = text.text();
    if (std::none_of(characters.begin(), characters.end(), fast_unicode::is_bert_ideograph)) return;
    NormalizedString::Rewriter rewriter(text);
    std::size_t done = 0;
    for (std::size_t i = 0; i < characters.size(); ++i) {
      if (!fast_unicode::is_bert_ideograph(characters[i])) continue;
      rewriter.keep(done, i);
      const char32_t spaced[] = {U' ', characters[i], U' '};
      rewriter.insert(std::u32string_view(spaced, 3), text.span(i));
      done = i + 1;
    }
    rewriter.keep(done, characters.size());
    rewriter.finish();
  }

  BertNormalizerOptions options_;
  NormalizerPointer decompose_, lowercase_;
};

}  // namespace

NormalizerPointer make_bert_normalizer(const BertNormalizerOptions& options) { return std::make_unique<BertNormalizer>(options); }

const BertNormalizerOptions* bert_normalizer_options(const Normalizer* normalizer) {
  const auto* bert = dynamic_cast<const BertNormalizer*>(normalizer);
  return bert == nullptr ? nullptr : &bert->options();
}

}  // namespace albert
