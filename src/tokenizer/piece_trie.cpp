#include "tokenizer/piece_trie.h"

#include <algorithm>

#include "base/check.h"

namespace albert {

// Places nodes depth first. Free units of the newest blocks of 256 are kept in a circular list;
// older blocks are closed, which bounds the search for a place.
class PieceTrieBuilder {
 public:
  explicit PieceTrieBuilder(std::vector<PieceTrie::Entry> entries) : entries_(std::move(entries)) {}

  std::vector<PieceTrie::Unit> build() {
    sort_entries();
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      const auto& [text, number] = entries_[i];
      require(!text.empty() && text.find('\0') == text.npos && number < PieceTrie::none, ErrorCode::value, "trie: text {} is not allowed",
              i);
      require(i == 0 || entries_[i - 1].first != text, ErrorCode::value, "trie: a text is there twice");
      bytes += text.size();
    }
    require(bytes <= std::size_t{1} << 26, ErrorCode::resource, "trie: {} bytes of text are more than 64 MiB", bytes);
    units_.resize(256);  // the root, and a block without children for the leaves to point at
    base_used_.resize(256);
    std::vector<Range> stack{{0, entries_.size(), 0, 0}};
    while (!stack.empty()) {
      const Range range = stack.back();
      stack.pop_back();
      place_children(range, stack);
    }
    return std::move(units_);
  }

 private:
  static constexpr std::size_t open_blocks = 16;
  struct Range {  // entries [begin, end) share their first `depth` bytes and hang below unit `node`
    std::size_t begin, end, depth;
    std::uint32_t node;
  };

  // By bytes. Most comparisons are settled by the first eight, held as one number.
  void sort_entries() {
    struct Keyed {
      std::uint64_t prefix;
      PieceTrie::Entry entry;
    };
    std::vector<Keyed> keyed;
    keyed.reserve(entries_.size());
    for (const auto& entry : entries_) {
      std::uint64_t prefix = 0;
      for (std::size_t i = 0; i < 8; ++i) prefix = prefix << 8 | (i < entry.first.size() ? static_cast<std::uint8_t>(entry.first[i]) : 0u);
      keyed.push_back({prefix, entry});
    }
    std::sort(keyed.begin(), keyed.end(),
              [](const Keyed& a, const Keyed& b) { return a.prefix != b.prefix ? a.prefix < b.prefix : a.entry.first < b.entry.first; });
    std::transform(keyed.begin(), keyed.end(), entries_.begin(), [](const Keyed& item) { return item.entry; });
  }

  void place_children(const Range& range, std::vector<Range>& stack) {
    labels_.clear();
    children_.clear();
    for (std::size_t i = range.begin; i < range.end;) {
      if (entries_[i].first.size() == range.depth) {  // the shortest comes first
        set_value(range.node, entries_[i].second);
        ++i;
        continue;
      }
      const char label = entries_[i].first[range.depth];
      std::size_t end = i + 1;
      while (end < range.end && entries_[end].first[range.depth] == label) ++end;
      labels_.push_back(static_cast<std::uint8_t>(label));
      children_.push_back({i, end, range.depth + 1, 0});
      i = end;
    }
    if (labels_.empty()) return;
    const std::uint32_t base = find_base();
    units_[range.node].base = base;
    base_used_[base] = true;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      const std::uint32_t child = base ^ labels_[i];
      take(child);
      units_[child].label_and_value = (PieceTrie::none << 8) | labels_[i];
      children_[i].node = child;
      stack.push_back(children_[i]);
    }
  }

  void set_value(std::uint32_t node, std::uint32_t value) { units_[node].label_and_value = (value << 8) | units_[node].label(); }

  // Two nodes never share a base: then a unit's label alone tells whose child it is.
  std::uint32_t find_base() {
    if (head_ != 0) {
      std::uint32_t unit = head_;
      do {
        const std::uint32_t base = unit ^ labels_[0];
        if (!base_used_[base] && std::all_of(labels_.begin(), labels_.end(), [&](std::uint8_t l) { return is_free(base ^ l); }))
          return base;
        unit = next_[unit];
      } while (unit != head_);
    }
    const auto begin = static_cast<std::uint32_t>(units_.size());
    open_block(begin);
    return begin;
  }

  [[nodiscard]] bool is_free(std::uint32_t unit) const { return next_[unit] != 0; }

  void open_block(std::uint32_t begin) {
    units_.resize(begin + 256);
    base_used_.resize(begin + 256);
    next_.resize(begin + 256);
    previous_.resize(begin + 256);
    for (std::uint32_t unit = begin; unit < begin + 256; ++unit) {
      if (head_ == 0) {
        head_ = next_[unit] = previous_[unit] = unit;
      } else {  // append: the oldest free unit stays first
        const std::uint32_t last = previous_[head_];
        next_[last] = previous_[head_] = unit;
        previous_[unit] = last;
        next_[unit] = head_;
      }
    }
    const std::uint32_t old = begin - static_cast<std::uint32_t>(open_blocks) * 256;
    if (begin >= (open_blocks + 1) * 256)
      for (std::uint32_t unit = old; unit < old + 256; ++unit)
        if (is_free(unit)) take(unit);
  }

  void take(std::uint32_t unit) {
    const std::uint32_t next = next_[unit], previous = previous_[unit];
    next_[previous] = next;
    previous_[next] = previous;
    if (head_ == unit) head_ = next == unit ? 0 : next;
    next_[unit] = 0;
  }

  std::vector<PieceTrie::Entry> entries_;
  std::vector<PieceTrie::Unit> units_;
  std::vector<bool> base_used_;
  std::vector<std::uint32_t> next_, previous_;  // the free list; next 0: taken
  std::uint32_t head_ = 0;                      // 0: the list is empty
  std::vector<std::uint8_t> labels_;
  std::vector<Range> children_;
};

PieceTrie::PieceTrie(std::vector<Entry> entries) {
  if (!entries.empty()) units_ = PieceTrieBuilder(std::move(entries)).build();
}

}  // namespace albert
