#include "suggest.h"

#include <algorithm>

namespace cli {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& known) {
  constexpr std::size_t kLongest = 64, kShortestBeginning = 3;
  if (typed.size() > kLongest) return "";
  const std::string* nearest = nullptr;
  const auto bare = [](std::string_view name) { return name.substr(std::min(name.find_first_not_of('-'), name.size())); };
  const std::string_view word = bare(typed);
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;  // a suggestion is nearer than this
  for (const auto& name : known) {
    const std::size_t distance = edit_distance(word, bare(name));
    if (distance < best && distance < bare(name).size()) {
      best = distance;
      nearest = &name;
    }
  }
  if (nearest == nullptr && word.size() >= kShortestBeginning) {
    for (const auto& name : known) {
      if (!bare(name).starts_with(word)) continue;
      if (nearest != nullptr) return "";
      nearest = &name;
    }
  }
  return nearest == nullptr ? "" : "; did you mean '" + *nearest + "'?";
}

std::string either(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

}  // namespace cli
