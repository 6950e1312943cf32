#include "tokenizer/added_vocabulary.h"

#include <algorithm>

#include "base/check.h"
#include "tokenizer/pre_tokenizers.h"
#include "tokenizer/unicode_fast.h"
#include "tokenizer/utf8.h"

namespace albert {

std::optional<std::uint32_t> AddedVocabulary::find(std::string_view text) const {
  const auto found = ids_.find(std::string(text));
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

const AddedToken* AddedVocabulary::find(std::uint32_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

std::size_t AddedVocabulary::count_beyond(const FastModel& model) const {
  return static_cast<std::size_t>(std::count_if(ids_.begin(), ids_.end(), [&](const auto& entry) { return !model.find(entry.first); }));
}

std::int64_t AddedVocabulary::add(std::span<const AddedToken> tokens, const FastModel& model, const Normalizer* normalizer) {
  AddedVocabulary next = *this;  // a token may be refused: change nothing then
  const auto vocabulary_size = static_cast<std::uint32_t>(model.size());
  std::uint32_t highest = 0;
  for (const auto& [text, id] : next.ids_) highest = std::max(highest, id);
  for (const AddedToken& token : tokens)
    if (token.special && !token.content.empty() && next.special_texts_.insert(token.content).second) next.specials_.push_back(token);
  std::int64_t added = 0;
  for (const AddedToken& token : tokens) {
    if (token.content.empty()) continue;
    std::optional<std::uint32_t> id = next.find(token.content);
    if (id) {
      if (const AddedToken* present = next.find(*id); present && *present == token) continue;
    } else {
      id = model.find(token.content);
    }
    if (!id) id = !next.ids_.empty() && (highest >= vocabulary_size || vocabulary_size == 0) ? highest + 1 : vocabulary_size;
    ++added;
    highest = std::max(highest, *id);
    next.ids_[token.content] = *id;
    next.by_id_[*id] = token;
    if (!next.special_texts_.contains(token.content)) next.others_.push_back(token);
  }
  next.rebuild(normalizer);
  *this = std::move(next);
  return added;
}

void AddedVocabulary::rebuild(const Normalizer* normalizer) {
  std::vector<std::u32string> raw, normalized;
  raw_.ids.clear();
  normalized_.ids.clear();
  NormalizedString work;
  for (const auto* list : {&specials_, &others_}) {
    for (const AddedToken& token : *list) {
      const std::uint32_t id = ids_.at(token.content);
      if (!token.normalized) {
        raw.push_back(to_utf32(token.content));
        raw_.ids.push_back(id);
        continue;
      }
      work.assign(to_utf32(token.content), 0);
      if (normalizer) normalizer->normalize(work);
      require(!work.empty(), ErrorCode::value,
              "added token \"{}\": nothing is left of it after normalisation; add it with normalized = false", token.content);
      normalized.emplace_back(work.text());
      normalized_.ids.push_back(id);
    }
  }
  raw_.patterns = PatternSet(raw);
  normalized_.patterns = PatternSet(normalized);
}

const std::vector<AddedVocabulary::Cut>& AddedVocabulary::cut(const Automaton& automaton, std::u32string_view text,
                                                              Workspace& workspace) const {
  auto& cuts = workspace.cuts;
  cuts.clear();
  automaton.patterns.find(text, workspace.matches);
  std::size_t done = 0;
  std::size_t spaces_end = 0;  // end of the run of white space last walked over
  for (const auto& match : workspace.matches) {
    std::size_t begin = match.begin, end = match.end;
    const std::uint32_t id = automaton.ids[match.pattern];
    const AddedToken& token = by_id_.at(id);
    if (token.single_word) {
      if ((begin > 0 && fast_unicode::is_word(text[begin - 1])) || (end < text.size() && fast_unicode::is_word(text[end]))) continue;
    }
    if (token.lstrip) {
      // Not into what is cut already.
      while (begin > done && fast_unicode::is_white_space(text[begin - 1])) --begin;
      begin = std::max(begin, done);
    }
    if (token.rstrip) {
      if (spaces_end <= end) {
        spaces_end = end;
        while (spaces_end < text.size() && fast_unicode::is_white_space(text[spaces_end])) ++spaces_end;
        end = spaces_end;
      } else if (end < spaces_end && fast_unicode::is_white_space(text[end])) {
        end = spaces_end;
      }
    }
    // Only a token of white space inside the extension of another can come to this.
    require(begin <= end, ErrorCode::value, "added token \"{}\" lies inside the stripped space of another one", token.content);
    if (done < begin) cuts.push_back({done, begin, PieceList::no_token});
    cuts.push_back({begin, end, static_cast<std::int64_t>(id)});
    done = end;
  }
  if (done != text.size()) cuts.push_back({done, text.size(), PieceList::no_token});
  return cuts;
}

}  // namespace albert
