#include "compare_tokenizers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <vector>

#include "albert/tokenizer.h"
#include "albert/tokenizer_training.h"
#include "failure.h"
#include "sentencepiece_library.h"
#include "terminal.h"

namespace cli {
namespace {

using Pieces = std::vector<std::string>;

constexpr std::string_view space_symbol = "\xE2\x96\x81";  // U+2581

std::string joined(const Pieces& pieces, std::string_view between) {
  std::string out;
  for (const std::string& piece : pieces) out.append(out.empty() ? "" : between).append(one_line(piece));
  return out;
}

bool is_number_comma(const std::string& piece) {
  return piece.size() >= 2 && piece.back() == ',' && piece[piece.size() - 2] >= '0' && piece[piece.size() - 2] <= '9';
}

Pieces words_of(const std::string& text) {
  Pieces words;
  constexpr std::string_view blanks = " \t\n\v\f\r";
  for (std::size_t start = text.find_first_not_of(blanks); start != std::string::npos;) {
    const std::size_t end = text.find_first_of(blanks, start);
    words.push_back(text.substr(start, end - start));
    start = end == std::string::npos ? end : text.find_first_not_of(blanks, end);
  }
  return words;
}

class Comparison {
 public:
  explicit Comparison(const std::string& directory)
      : slow_(albert::AlbertTokenizer::from_pretrained(directory)),
        fast_(albert::AlbertTokenizerFast::from_pretrained(directory)),
        judge_(directory + "/spiece.model") {
    std::ifstream file(directory + "/tokenizer_config.json");
    const std::string config((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const albert::Json arguments = config.empty() ? albert::Json(albert::Json::Object{}) : albert::parse_json(config);
    const auto is_on = [&](const char* name, bool otherwise) {
      const albert::Json* value = arguments.find(name);
      return value == nullptr || !value->is_bool() ? otherwise : value->as_bool();
    };
    options_ = {.do_lower_case = is_on("do_lower_case", true),
                .remove_space = is_on("remove_space", true),
                .keep_accents = is_on("keep_accents", false)};
  }

  std::string report(const std::string& text) const {
    const Pieces raw = judge_.encode(text), slow = slow_->tokenize(text), fast = fast_->tokenize(text);
    std::string out = one_line(text) + "\n  SentencePiece  " + joined(raw, " ") + "\n  slow           " + joined(slow, " ") +
                      "\n  fast           " + joined(fast, " ") + "\n";
    Pieces reasons = before_sentencepiece(text, raw, slow);
    for (std::string& reason : between_the_forms(text, slow, fast)) reasons.push_back(std::move(reason));
    if (reasons.empty()) return out + "  all agree\n";
    for (const std::string& reason : reasons) out += "  - " + reason + "\n";
    return out;
  }

 private:
  // What the slow form does that SentencePiece does not: one step more at a time.
  [[nodiscard]] Pieces before_sentencepiece(const std::string& text, const Pieces& raw, const Pieces& slow) const {
    Pieces reasons, last = raw;
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

  [[nodiscard]] Pieces between_the_forms(const std::string& text, const Pieces& slow, const Pieces& fast) const {
    Pieces reasons;
    if (slow == fast) return reasons;
    for (const std::string& word : words_of(text)) {
      const Pieces a = slow_->tokenize(word), b = fast_->tokenize(word);
      if (a == b) continue;
      const std::string cuts = fmt::format("slow / fast: {:?}: {} / {}: ", one_line(word), joined(a, " "), joined(b, " "));
      std::string reason = cuts + reason_for(word, a, b);
      if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) reasons.push_back(std::move(reason));
    }
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

std::string compare_tokenizers(const std::string& directory, const std::string& text) {
  return in_stage(Stage::data, [&] { return Comparison(directory).report(text); });
}

}  // namespace cli
