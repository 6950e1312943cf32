// Slow, fast, and SentencePiece itself.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "albert/tokenizer.h"
#include "albert/tokenizer_training.h"
#include "compare_kinds.h"
#include "sentencepiece_library.h"

namespace cli {
namespace {

constexpr std::string_view space_symbol = "\xE2\x96\x81";  // U+2581

bool is_number_comma(const std::string& piece) {
  return piece.size() >= 2 && piece.back() == ',' && piece[piece.size() - 2] >= '0' && piece[piece.size() - 2] <= '9';
}

class SentencePieceComparison final : public TokenizerComparison::Kind {
 public:
  explicit SentencePieceComparison(const std::string& directory)
      : slow_(albert::AlbertTokenizer::from_pretrained(directory)),
        fast_(albert::AlbertTokenizerFast::from_pretrained(directory)),
        judge_(directory + "/spiece.model") {
    const albert::Json config = tokenizer_config(directory);
    options_ = {.do_lower_case = is_on(config, "do_lower_case", true),
                .remove_space = is_on(config, "remove_space", true),
                .keep_accents = is_on(config, "keep_accents", false)};
  }

  [[nodiscard]] bool has_library() const override { return true; }

  [[nodiscard]] TokenizerCuts cut(const std::string& text) const override {
    return {.text = text, .slow = slow_->tokenize(text), .fast = fast_->tokenize(text), .library = judge_.encode(text)};
  }

  [[nodiscard]] Pieces reasons(const TokenizerCuts& cuts) const override {
    Pieces reasons = before_sentencepiece(cuts.text, *cuts.library, cuts.slow);
    for (std::string& reason : between_the_forms(cuts)) reasons.push_back(std::move(reason));
    return reasons;
  }

 private:
  // What the slow form does that SentencePiece does not: one step more at a time.
  [[nodiscard]] Pieces before_sentencepiece(const std::string& text, const Pieces& raw, const Pieces& slow) const {
    Pieces reasons, last = raw;
    if (raw == slow) return reasons;
    const auto step = [&](const albert::PreprocessOptions& options, const char* reason) {
      Pieces now = judge_.encode(albert::preprocess_albert_text(text, options));
      if (now != last) reasons.emplace_back(reason);
      last = std::move(now);
    };
    step({.do_lower_case = false, .remove_space = options_.remove_space, .keep_accents = true},
         "SentencePiece / slow: the forms join white space and write `` and '' as \" first");
    step({.do_lower_case = false, .remove_space = options_.remove_space, .keep_accents = options_.keep_accents},
         "SentencePiece / slow: the forms decompose characters (NFKD) and drop marks first");
    step(options_, "SentencePiece / slow: the forms lower-case first");
    if (last == slow) return reasons;
    for (const auto& [id, token] : slow_->added_tokens())
      if (text.find(token.content) != std::string::npos)
        reasons.push_back("SentencePiece / slow: the forms cut out the added token " + token.content);
    for (const std::string& piece : last)
      if (is_number_comma(piece)) reasons.push_back("SentencePiece / slow: number and comma: " + piece + " is cut again without its comma");
    return reasons;
  }

  [[nodiscard]] Pieces between_the_forms(const TokenizerCuts& cuts) const {
    if (cuts.slow == cuts.fast) return {};
    const std::string& text = cuts.text;
    Pieces reasons = different_words(
        text, [&](const std::string& word) { return slow_->tokenize(word); },
        [&](const std::string& word) { return fast_->tokenize(word); },
        [&](const std::string& word, const Pieces& slow, const Pieces& fast) { return reason_for(word, slow, fast); });
    // What no word shows by itself comes from the white space between them.
    if (!text.empty() && std::string_view(" \t\n\r").find(text.back()) != std::string_view::npos)
      reasons.emplace_back("slow / fast: spaces at the end: slow drops them, fast keeps one " + std::string(space_symbol));
    if (reasons.empty()) reasons.emplace_back("slow / fast: white space: slow joins it before SentencePiece, fast splits at it");
    return reasons;
  }

  [[nodiscard]] std::string reason_for(const std::string& word, const Pieces& slow, const Pieces& fast) const {
    const Pieces plain = judge_.encode(albert::preprocess_albert_text(word, options_));
    if (std::any_of(plain.begin(), plain.end(), is_number_comma))
      return "number and comma: slow cuts the piece again, fast takes 100 from its score";
    if (joined(slow, "") != joined(fast, "")) return "the normalised texts differ (marks, Unicode versions, order of the steps)";
    const auto symbol = [&](const std::string& piece) { return judge_.is_user_defined(piece); };
    if (const auto found = std::find_if(plain.begin(), plain.end(), symbol); found != plain.end())
      return "the user-defined symbol " + *found + " always is a piece of its own for slow, an ordinary piece with the score 0 for fast";
    for (const std::string& piece : fast)
      if (judge_.is_reserved(piece) && std::count(slow.begin(), slow.end(), piece) < std::count(fast.begin(), fast.end(), piece))
        return "text that normalises to " + piece + ": fast takes it for that piece, slow never does";
    const double a = judge_.score(slow), b = judge_.score(fast);
    if (std::fabs(a - b) < 1e-3) return fmt::format("a tie: both cuts have the score {:.4f}; slow adds in float32, fast in float64", a);
    return fmt::format("the scores are {:.4f} and {:.4f}", a, b);
  }

  std::unique_ptr<albert::AlbertTokenizer> slow_;
  std::unique_ptr<albert::AlbertTokenizerFast> fast_;
  SentencePieceJudge judge_;
  albert::PreprocessOptions options_;
};

}  // namespace

std::unique_ptr<TokenizerComparison::Kind> compare_sentencepiece(const std::string& directory) {
  return std::make_unique<SentencePieceComparison>(directory);
}

}  // namespace cli
