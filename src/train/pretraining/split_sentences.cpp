#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "albert/pretraining.h"

namespace albert {
namespace {

constexpr std::size_t kLongest = 2000;

/// Words after whose full stop a sentence goes on, lower case.
constexpr std::array<std::string_view, 42> kAbbreviations{
    "mr",  "mrs",  "ms",  "dr",   "prof", "rev", "hon", "st", "sr",  "jr",  "messrs", "mme", "mlle", "gen",
    "col", "capt", "lt",  "sgt",  "gov",  "sen", "rep", "vs", "etc", "cf",  "eg",     "ie",  "viz",  "al",
    "no",  "nos",  "vol", "vols", "pp",   "ch",  "fig", "ed", "eds", "inc", "ltd",    "co",  "dept", "approx"};

/// Signs that stand between the end of a sentence and the blank after it.
constexpr std::array<std::string_view, 10> kClosing{"\"", "'", ")", "]", "}", "\u201D", "\u2019", "\u00BB", "_", "*"};
/// And those before the first letter of the next one.
constexpr std::array<std::string_view, 10> kOpening{"\"", "'", "(", "[", "\u201C", "\u2018", "\u00AB", "_", "*", "\u2014"};
/// End a sentence with or without a blank after them.
constexpr std::array<std::string_view, 4> kWideStops{"\u3002", "\uFF01", "\uFF1F", "\uFF61"};

template <std::size_t N>
std::size_t matched(std::string_view rest, const std::array<std::string_view, N>& signs) {
  for (const auto sign : signs)
    if (rest.starts_with(sign)) return sign.size();
  return 0;
}

template <std::size_t N>
std::size_t skip(std::string_view text, std::size_t at, const std::array<std::string_view, N>& signs) {
  while (const std::size_t size = matched(text.substr(at), signs)) at += size;
  return at;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// Whether the full stop at `stop` belongs to an abbreviation or an initial.
bool abbreviates(std::string_view text, std::size_t stop) {
  std::size_t first = stop;
  while (first > 0 && is_ascii_letter(text[first - 1])) --first;
  const auto word = text.substr(first, stop - first);
  if (word.empty()) return false;
  if (word.size() == 1) return word != "I" || (first > 0 && text[first - 1] == '.');
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), lower) != kAbbreviations.end();
}

/// Where the sentence ends whose sign stands at `at`: after closing signs. Null when it goes on.
std::optional<std::size_t> end_of_sentence(std::string_view text, std::size_t at) {
  if (const std::size_t wide = matched(text.substr(at), kWideStops)) return skip(text, at + wide, kClosing);
  const bool ellipsis = text.substr(at).starts_with("\u2026");
  if (!ellipsis && text[at] != '.' && text[at] != '!' && text[at] != '?') return std::nullopt;
  std::size_t end = at + (ellipsis ? std::string_view("\u2026").size() : 1);
  while (end < text.size() && (text[end] == '.' || text[end] == '!' || text[end] == '?')) ++end;
  const bool one_stop = text[at] == '.' && end == at + 1;
  end = skip(text, end, kClosing);
  if (end < text.size() && !is_blank(text[end])) return std::nullopt;
  const std::size_t next = skip(text, skip_blanks(text, end), kOpening);
  if (next >= text.size()) return end;
  const auto c = static_cast<unsigned char>(text[next]);
  if (std::islower(c) || (c < 0x80 && !std::isalnum(c))) return std::nullopt;
  if (one_stop && abbreviates(text, at)) return std::nullopt;
  return end;
}

/// Where to cut a text that is longer than allowed: after the last blank, or else between characters.
std::size_t cut_of(std::string_view text) {
  const std::size_t blank = text.substr(0, kLongest).find_last_of(" \t\n");
  if (blank != std::string_view::npos && blank > 0) return blank;
  std::size_t cut = kLongest;
  while (cut > kLongest - 4 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return cut;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text.substr(skip_blanks(text, 0));
}

}  // namespace

std::vector<std::string> split_sentences(std::string_view paragraph) {
  std::vector<std::string> sentences;
  const auto add = [&](std::string_view sentence) {
    for (sentence = trimmed(sentence); sentence.size() > kLongest; sentence = trimmed(sentence)) {
      const std::size_t cut = cut_of(sentence);
      sentences.emplace_back(trimmed(sentence.substr(0, cut)));
      sentence.remove_prefix(cut);
    }
    if (!sentence.empty()) sentences.emplace_back(sentence);
  };
  std::size_t begin = 0;
  for (std::size_t at = 0; at < paragraph.size();) {
    if (const auto end = end_of_sentence(paragraph, at)) {
      add(paragraph.substr(begin, *end - begin));
      begin = at = *end;
    } else {
      ++at;
    }
  }
  add(paragraph.substr(begin));
  return sentences;
}

}  // namespace albert
