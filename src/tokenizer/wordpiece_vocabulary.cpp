#include "tokenizer/wordpiece_vocabulary.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "tokenizer/utf8.h"

namespace albert {

void WordPieceVocabulary::Builder::add(std::string_view text, std::uint64_t id) {
  require(ends_.size() + 1 < PieceTrie::none, ErrorCode::resource, "vocabulary: more than {} texts", PieceTrie::none - 1);
  require(texts_.size() + text.size() <= std::numeric_limits<std::uint32_t>::max(), ErrorCode::resource, "vocabulary: over 4 GiB of text");
  require(id <= std::numeric_limits<std::int32_t>::max(), ErrorCode::bad_data, "vocabulary: the id {} of \"{}\" is more than {}", id, text,
          std::numeric_limits<std::int32_t>::max());
  texts_ += text;
  ends_.push_back(static_cast<std::uint32_t>(texts_.size()));
  ids_.push_back(static_cast<std::uint32_t>(id));
}

WordPieceVocabulary::WordPieceVocabulary(Builder texts, std::string_view prefix)
    : prefix_(prefix), texts_(std::move(texts.texts_)), ends_(std::move(texts.ends_)), ids_(std::move(texts.ids_)) {
  std::vector<PieceTrie::Entry> entries, rest;
  entries.reserve(ids_.size());
  for (std::uint32_t entry = 0; entry < ids_.size(); ++entry) {
    const std::string_view its_text = text(entry);
    if (its_text.empty() || its_text.find('\0') != its_text.npos)
      odd_.insert_or_assign(std::string(its_text), entry);
    else
      entries.emplace_back(its_text, entry);
  }
  std::sort(entries.begin(), entries.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (i + 1 == entries.size() || entries[i + 1].first != entries[i].first) entries[kept++] = entries[i];
  entries.resize(kept);
  distinct_ = kept + odd_.size();

  by_id_.reserve(distinct_);
  for (const auto& [its_text, entry] : entries) {
    by_id_.push_back(entry);
    if (!prefix_.empty() && its_text.size() > prefix_.size() && its_text.starts_with(prefix_))
      rest.emplace_back(its_text.substr(prefix_.size()), entry);
  }
  for (const auto& [its_text, entry] : odd_) by_id_.push_back(entry);
  std::sort(by_id_.begin(), by_id_.end(), [&](std::uint32_t a, std::uint32_t b) { return ids_[a] != ids_[b] ? ids_[a] < ids_[b] : a < b; });
  kept = 0;
  for (std::size_t i = 0; i < by_id_.size(); ++i)
    if (i + 1 == by_id_.size() || ids_[by_id_[i + 1]] != ids_[by_id_[i]]) by_id_[kept++] = by_id_[i];
  by_id_.resize(kept);

  words_ = PieceTrie(std::move(entries));
  rest_ = PieceTrie(std::move(rest));
}

WordPieceVocabulary WordPieceVocabulary::from_lines(std::string_view text, std::string_view name, std::string_view prefix) {
  require(is_valid_utf8(text), ErrorCode::bad_data, "{}: not UTF-8", name);
  Builder builder;
  std::uint64_t id = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    builder.add(text.substr(begin, end - begin), id++);
    begin = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  return {std::move(builder), prefix};
}

std::optional<std::uint32_t> WordPieceVocabulary::find(std::string_view its_text) const noexcept {
  const std::uint32_t entry = words_.find(its_text);
  if (entry != PieceTrie::none) return ids_[entry];
  if (odd_.empty()) return std::nullopt;
  const auto found = odd_.find(std::string(its_text));
  if (found == odd_.end()) return std::nullopt;
  return ids_[found->second];
}

std::optional<std::string_view> WordPieceVocabulary::find_id(std::uint32_t id) const noexcept {
  if (id < by_id_.size() && ids_[by_id_[id]] == id) return text(by_id_[id]);  // no holes before it
  const auto found =
      std::lower_bound(by_id_.begin(), by_id_.end(), id, [&](std::uint32_t entry, std::uint32_t sought) { return ids_[entry] < sought; });
  if (found == by_id_.end() || ids_[*found] != id) return std::nullopt;
  return text(*found);
}

std::string WordPieceVocabulary::lines() const {
  std::string out;
  out.reserve(texts_.size() + by_id_.size());
  for_each([&](std::string_view its_text, std::uint32_t) { (out += its_text) += '\n'; });
  return out;
}

}  // namespace albert
