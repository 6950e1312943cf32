#include "tokenizer/unigram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "tokenizer/pretty_json.h"
#include "tokenizer/utf8.h"

namespace albert {

void UnigramModel::Vocabulary::add(std::string_view text, double score) {
  require(texts.size() + text.size() <= std::numeric_limits<std::uint32_t>::max(), ErrorCode::resource, "vocabulary: over 4 GiB of text");
  texts += text;
  ends.push_back(static_cast<std::uint32_t>(texts.size()));
  scores.push_back(score);
}

UnigramModel::UnigramModel(Vocabulary vocabulary, std::optional<std::uint32_t> unk_id, bool byte_fallback)
    : vocabulary_(std::move(vocabulary)), unk_id_(unk_id), byte_fallback_(byte_fallback) {
  require(!unk_id || *unk_id < vocabulary_.size(), ErrorCode::bad_data, "Unigram: unk_id {} is outside a vocabulary of {} entries",
          unk_id.value_or(0), vocabulary_.size());
  require(vocabulary_.size() < PieceTrie::none, ErrorCode::resource, "Unigram: {} entries are more than {}", vocabulary_.size(),
          PieceTrie::none - 1);
  double least = std::numeric_limits<double>::infinity();
  std::vector<PieceTrie::Entry> entries;
  entries.reserve(vocabulary_.size());
  for (std::size_t id = 0; id < vocabulary_.size(); ++id) {
    const std::string_view text = vocabulary_.text(id);
    require(std::isfinite(vocabulary_.scores[id]), ErrorCode::bad_data, "Unigram: the score of entry {} (\"{}\") is not a finite number",
            id, text);
    require(text.find('\0') == text.npos, ErrorCode::bad_data, "Unigram: entry {} has a NUL character", id);
    least = std::min(least, vocabulary_.scores[id]);
    if (text.empty())
      empty_entry_ = static_cast<std::uint32_t>(id);
    else
      entries.emplace_back(text, static_cast<std::uint32_t>(id));
  }
  unknown_score_ = least - 10.0;
  // Of entries with the same text the last one counts.
  std::sort(entries.begin(), entries.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (i + 1 == entries.size() || entries[i + 1].first != entries[i].first) entries[kept++] = entries[i];
  entries.resize(kept);
  distinct_ = kept + (empty_entry_ ? 1 : 0);
  trie_ = PieceTrie(std::move(entries));
}

std::optional<std::uint32_t> UnigramModel::find(std::string_view text) const noexcept {
  if (text.empty()) return empty_entry_;
  const std::uint32_t id = trie_.find(text);
  if (id == PieceTrie::none) return std::nullopt;
  return id;
}

void UnigramModel::segment(std::string_view text, Workspace& workspace, std::vector<Token>& tokens) const {
  constexpr std::uint32_t unset = std::numeric_limits<std::uint32_t>::max();
  require(text.size() < unset, ErrorCode::resource, "pre-token: {} bytes are too many", text.size());
  auto& [scores, starts, ids, cuts] = workspace;
  scores.assign(text.size() + 1, 0.0);
  starts.assign(text.size() + 1, unset);
  ids.resize(text.size() + 1);
  const auto offer = [&](std::size_t start, std::size_t end, double score, std::uint32_t id) {
    if (starts[end] != unset && !(score > scores[end])) return;  // a tie keeps the earlier start
    scores[end] = score;
    starts[end] = static_cast<std::uint32_t>(start);
    ids[end] = id;
  };
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t character = utf8_length(text[start]);
    const double so_far = scores[start];
    bool has_single = false;
    trie_.for_each_prefix(text.substr(start), [&](std::size_t length, std::uint32_t id) {
      offer(start, start + length, vocabulary_.scores[id] + so_far, id);
      has_single = has_single || length == character;
    });
    if (!has_single) {
      require(unk_id_.has_value(), ErrorCode::value, "Unigram: the character \"{}\" is not in the vocabulary and there is no unk_id",
              text.substr(start, character));
      offer(start, start + character, unknown_score_ + so_far, *unk_id_);
    }
    start += character;
  }
  cuts.clear();
  for (std::size_t end = text.size(); end > 0; end = starts[end]) cuts.emplace_back(ids[end], starts[end]);

  // Forward again; adjacent unknowns become one.
  std::size_t begin = 0;
  for (std::size_t i = cuts.size(); i-- > 0;) {
    const std::size_t end = i == 0 ? text.size() : cuts[i - 1].second;
    if (unk_id_ && cuts[i].first == *unk_id_) {
      if (i > 0 && cuts[i - 1].first == *unk_id_) continue;
      push_unknown(text, begin, end, tokens);
    } else {
      tokens.push_back({cuts[i].first, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), true});
    }
    begin = end;
  }
}

void UnigramModel::push_unknown(std::string_view text, std::size_t begin, std::size_t end, std::vector<Token>& tokens) const {
  const std::string_view surface = text.substr(begin, end - begin);
  const auto push = [&](std::uint32_t id, bool is_entry) {
    tokens.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), is_entry});
  };
  // What was unknown character by character may be an entry as a whole.
  if (const auto id = find(surface)) {
    push(*id, true);
    return;
  }
  if (byte_fallback_) {
    const std::size_t before = tokens.size();
    for (const char c : surface) {
      const auto id = find(fmt::format("<0x{:02X}>", static_cast<std::uint8_t>(c)));
      if (!id) break;
      push(*id, true);
    }
    if (tokens.size() - before == surface.size()) return;
    tokens.resize(before);
  }
  push(*unk_id_, false);
}

FastModel::File UnigramModel::file() const {
  PrettyJson out;
  write(out);
  return {"unigram.json", out.text()};
}

void UnigramModel::write(PrettyJson& out) const {
  out.begin_object();
  out.member("type", "Unigram");
  out.key("unk_id");
  if (unk_id_)
    out.value(std::uint64_t{*unk_id_});
  else
    out.null();
  out.key("vocab");
  out.begin_array();
  for (std::size_t id = 0; id < vocabulary_.size(); ++id) {
    out.begin_array();
    out.value(vocabulary_.text(id));
    out.value(vocabulary_.scores[id]);
    out.end_array();
  }
  out.end_array();
  out.member("byte_fallback", byte_fallback_);
  out.end_object();
}

}  // namespace albert
