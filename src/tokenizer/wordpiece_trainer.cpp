// Source: the BpeTrainer of the `tokenizers` library 0.14, with a continuing prefix.
#include <algorithm>
#include <queue>
#include <unordered_map>

#include "albert/tokenizer_training.h"
#include "base/check.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

using Pair = std::uint64_t;  // two ids, the first one in the upper half
using Word = std::vector<std::uint32_t>;

Pair pair_of(std::uint32_t first, std::uint32_t second) { return std::uint64_t{first} << 32 | second; }

// A pair to merge in these words. A pair may wait more than once, each time for the words that have got it since.
struct Merge {
  Pair pair;
  std::uint32_t count;
  std::vector<std::uint32_t> words;
  bool operator<(const Merge& other) const { return count != other.count ? count < other.count : pair > other.pair; }
};

struct Change {
  Pair pair;
  std::int32_t by;
};

// Replaces a pair in a word; the pairs that come and go are appended.
void merge(Word& word, std::uint32_t first, std::uint32_t second, std::uint32_t merged, std::vector<Change>& changes) {
  for (std::size_t i = 0; i + 1 < word.size(); ++i) {
    if (word[i] != first || word[i + 1] != second) continue;
    if (i > 0) {
      changes.push_back({pair_of(word[i - 1], first), -1});
      changes.push_back({pair_of(word[i - 1], merged), 1});
    }
    word[i] = merged;
    word.erase(word.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    if (i + 1 < word.size()) {
      changes.push_back({pair_of(second, word[i + 1]), -1});
      changes.push_back({pair_of(merged, word[i + 1]), 1});
    }
  }
}

class Trainer {
 public:
  Trainer(const WordCounts& counts, const WordPieceTraining& training) : counts_(counts), training_(training) {
    for (const std::string& token : training.special_tokens) (void)id_of(token);
    add_alphabet();
    cut_words();
    count_pairs();
    push_updates();
  }

  std::vector<std::string> run() {
    while (texts_.size() < training_.vocab_size && !queue_.empty()) {
      Merge top = queue_.top();
      queue_.pop();
      if (const auto count = static_cast<std::uint32_t>(pair_counts_[top.pair]); top.count != count) {
        top.count = count;
        queue_.push(std::move(top));
        continue;
      }
      if (top.count < 1 || training_.min_frequency > top.count) break;
      apply(top);
      push_updates();
    }
    return std::move(texts_);
  }

 private:
  std::uint32_t id_of(const std::string& text) {
    const auto [place, is_new] = ids_.emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (is_new) texts_.push_back(text);
    return place->second;
  }

  void add_alphabet() {
    std::unordered_map<char32_t, std::uint64_t> seen;
    for (const auto& [word, count] : counts_)
      for (const char32_t c : to_utf32(word)) seen[c] += count;
    for (const std::string& text : training_.initial_alphabet)
      for (const char32_t c : to_utf32(text)) seen[c] = ~std::uint64_t{0};
    std::vector<std::pair<char32_t, std::uint64_t>> kept(seen.begin(), seen.end());
    if (training_.limit_alphabet && kept.size() > *training_.limit_alphabet) {
      std::sort(kept.begin(), kept.end(),
                [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
      kept.resize(*training_.limit_alphabet);
    }
    std::sort(kept.begin(), kept.end());
    for (const auto& [c, count] : kept) (void)id_of(to_utf8(std::u32string(1, c)));
  }

  void cut_words() {
    for (const auto& [text, count] : counts_) {
      require(is_valid_utf8(text), ErrorCode::value, "word {:?} is not UTF-8", text);
      Word& word = words_.emplace_back();
      for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
        length = utf8_length(text[at]);
        const std::string character = text.substr(at, length);
        // A character outside the alphabet vanishes.
        if (ids_.contains(character)) word.push_back(id_of(at == 0 ? character : training_.continuing_prefix + character));
      }
    }
  }

  void count_pairs() {
    for (std::uint32_t i = 0; i < words_.size(); ++i)
      for (std::size_t k = 0; k + 1 < words_[i].size(); ++k) change({pair_of(words_[i][k], words_[i][k + 1]), 1}, i);
  }

  void change(const Change& change, std::uint32_t word) {
    pair_counts_[change.pair] += change.by * static_cast<std::int32_t>(counts_[word].second);
    if (change.by < 0) return;
    const auto [place, is_new] = update_of_.emplace(change.pair, updates_.size());
    if (is_new) updates_.emplace_back(change.pair, std::vector<std::uint32_t>());
    auto& words = updates_[place->second].second;
    if (words.empty() || words.back() != word) words.push_back(word);
  }

  void push_updates() {
    for (auto& [pair, words] : updates_)
      if (const std::int32_t count = pair_counts_[pair]; count > 0)
        queue_.push({pair, static_cast<std::uint32_t>(count), std::move(words)});
    updates_.clear();
    update_of_.clear();
  }

  void apply(const Merge& top) {
    const auto first = static_cast<std::uint32_t>(top.pair >> 32), second = static_cast<std::uint32_t>(top.pair);
    std::string_view rest = texts_[second];
    if (rest.starts_with(training_.continuing_prefix)) rest.remove_prefix(training_.continuing_prefix.size());
    const std::uint32_t merged = id_of(texts_[first] + std::string(rest));
    std::vector<Change> changes;
    for (const std::uint32_t word : top.words) {
      changes.clear();
      merge(words_[word], first, second, merged, changes);
      for (const Change& one : changes) change(one, word);
    }
  }

  const WordCounts& counts_;
  const WordPieceTraining& training_;
  std::vector<std::string> texts_;  // by id
  std::unordered_map<std::string, std::uint32_t> ids_;
  std::vector<Word> words_;
  std::unordered_map<Pair, std::int32_t> pair_counts_;
  // Pairs that have come up since the last push, in order, and the words they are in.
  std::vector<std::pair<Pair, std::vector<std::uint32_t>>> updates_;
  std::unordered_map<Pair, std::size_t> update_of_;
  std::priority_queue<Merge> queue_;
};

}  // namespace

std::vector<std::string> train_wordpiece(const WordCounts& words, const WordPieceTraining& training) {
  return Trainer(words, training).run();
}

}  // namespace albert
