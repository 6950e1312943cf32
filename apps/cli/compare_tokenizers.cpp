#include "compare_tokenizers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "compare_kinds.h"
#include "failure.h"
#include "terminal.h"

namespace cli {

albert::Json tokenizer_config(const std::string& directory) {
  std::ifstream file(directory + "/tokenizer_config.json");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return text.empty() ? albert::Json(albert::Json::Object{}) : albert::parse_json(text);
}

bool is_on(const albert::Json& config, const char* name, bool otherwise) {
  const albert::Json* value = config.find(name);
  return value == nullptr || !value->is_bool() ? otherwise : value->as_bool();
}

std::string joined(const Pieces& pieces, std::string_view between) {
  std::string out;
  for (const std::string& piece : pieces) out.append(out.empty() ? "" : between).append(one_line(piece));
  return out;
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

Pieces different_words(const std::string& text, const std::function<Pieces(const std::string&)>& slow,
                       const std::function<Pieces(const std::string&)>& fast,
                       const std::function<std::string(const std::string&, const Pieces&, const Pieces&)>& reason) {
  Pieces reasons, words = words_of(text);
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  for (const std::string& word : words) {
    const Pieces a = slow(word), b = fast(word);
    if (a != b)
      reasons.push_back(fmt::format("slow / fast: {:?}: {} / {}: {}", one_line(word), joined(a, " "), joined(b, " "), reason(word, a, b)));
  }
  return reasons;
}

TokenizerComparison::TokenizerComparison(const std::string& directory) {
  std::error_code ignored;
  const bool is_sentencepiece = std::filesystem::exists(directory + "/spiece.model", ignored);
  kind_ = in_stage(Stage::data, [&] { return is_sentencepiece ? compare_sentencepiece(directory) : compare_wordpiece(directory); });
}

TokenizerComparison::~TokenizerComparison() = default;

bool TokenizerComparison::has_library() const { return kind_->has_library(); }

TokenizerCuts TokenizerComparison::cut(const std::string& text) const {
  return in_stage(Stage::data, [&] { return kind_->cut(text); });
}

std::string TokenizerComparison::report(const TokenizerCuts& cuts) const {
  std::string out = one_line(cuts.text);
  if (cuts.library) out += "\n  SentencePiece  " + joined(*cuts.library, " ");
  out += "\n  slow           " + joined(cuts.slow, " ") + "\n  fast           " + joined(cuts.fast, " ") + "\n";
  if (cuts.agree()) return out + "  all agree\n";
  for (const std::string& reason : in_stage(Stage::data, [&] { return kind_->reasons(cuts); })) out += "  - " + reason + "\n";
  return out;
}

}  // namespace cli
