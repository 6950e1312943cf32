// The tokens added to a fast tokenizer: their ids, and how they are cut out of a text.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "albert/tokenizer.h"
#include "tokenizer/fast_model.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pattern_set.h"

namespace albert {

class AddedVocabulary {
 public:
  /// A stretch of a text: an added token, or what lies between.
  struct Cut {
    std::size_t begin, end;
    std::int64_t token_id;  // PieceList::no_token between tokens
  };
  /// Memory for the searches, to be reused.
  struct Workspace {
    std::vector<PatternSet::Match> matches;
    std::vector<Cut> cuts;
  };

  /// Adds tokens: a text that has an id keeps it, others get ids behind the vocabulary. A token with
  /// the text of an earlier one replaces its flags. Returns how many were not ignored (empty, or
  /// there already with the same flags). Error{value}: a normalized token that normalises to
  /// nothing; then nothing is changed.
  std::int64_t add(std::span<const AddedToken> tokens, const FastModel& model, const Normalizer* normalizer);

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const;
  [[nodiscard]] const AddedToken* find(std::uint32_t id) const;
  /// By id.
  [[nodiscard]] const std::map<std::uint32_t, AddedToken>& tokens() const noexcept { return by_id_; }
  /// Whether a text was ever added as special (what decoding may skip).
  [[nodiscard]] bool is_special(std::string_view text) const { return special_texts_.contains(std::string(text)); }
  /// Texts that the model does not have.
  [[nodiscard]] std::size_t count_beyond(const FastModel& model) const;

  /// Cuts a raw text at the tokens that are matched there. The cuts cover the text in order.
  const std::vector<Cut>& cut_raw(std::u32string_view text, Workspace& workspace) const { return cut(raw_, text, workspace); }
  /// Cuts a normalised text at the others.
  const std::vector<Cut>& cut_normalized(std::u32string_view text, Workspace& workspace) const { return cut(normalized_, text, workspace); }

 private:
  struct Automaton {
    PatternSet patterns;
    std::vector<std::uint32_t> ids;
  };
  const std::vector<Cut>& cut(const Automaton& automaton, std::u32string_view text, Workspace& workspace) const;
  void rebuild(const Normalizer* normalizer);

  std::unordered_map<std::string, std::uint32_t> ids_;
  std::map<std::uint32_t, AddedToken> by_id_;
  // In the order given. A text's entry here keeps the flags it was first added with, which decide
  // where it is matched; everything else follows by_id_.
  std::vector<AddedToken> specials_, others_;
  std::unordered_set<std::string> special_texts_;
  Automaton raw_, normalized_;
};

}  // namespace albert
