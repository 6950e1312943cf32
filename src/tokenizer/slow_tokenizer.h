// What is behind SlowTokenizer: the added tokens and how they are cut out of a text.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "albert/tokenizer.h"
#include "tokenizer/slow_model.h"
#include "tokenizer/token_splitter.h"

namespace albert {

struct SlowTokenizer::Impl {
  std::unique_ptr<SlowModel> model;

  // The added tokens in the order in which they came (the order of the reference's dict).
  std::vector<std::pair<std::int32_t, AddedToken>> added_decoder;
  std::unordered_map<std::int32_t, std::size_t> added_position;  // by id
  std::unordered_map<std::string, std::int32_t> added_encoder;
  TokenSplitter splitter;
  // Texts that lower-casing leaves alone, in the order in which they are tried.
  std::vector<std::string> kept_by_lower_casing;
  std::array<bool, 256> kept_first_byte{};
  // Entries of the vocabulary whose text is an added token with another id (legacy added_tokens.json).
  std::unordered_map<std::int32_t, std::int32_t> shadowed_entries;
  std::int64_t size = 0;  // distinct texts

  Impl(std::unique_ptr<SlowModel> model, const TokenizerArguments& arguments);

  [[nodiscard]] const AddedToken* find_added(std::string_view text) const;
  /// Puts a token at an id, replacing the one that is there.
  void set_added(std::int32_t id, const AddedToken& token);
  /// The texts that the added tokens bring into the vocabulary, with their ids, and the entries that they hide.
  struct AddedTexts {
    std::unordered_map<std::string, std::int32_t> ids;
    std::unordered_set<std::string> hidden_entries;
  };
  [[nodiscard]] AddedTexts added_texts() const;
  /// Distinct texts: the vocabulary's entries and these.
  [[nodiscard]] std::int64_t count(const AddedTexts& texts) const;
  /// After tokens or roles have changed.
  void refresh(const TokenizerState& state);

  [[nodiscard]] std::int32_t id_of(std::string_view text) const;  // Error{key}: unknown, and no unknown id
  [[nodiscard]] std::string_view text_of(std::int32_t id) const;  // Error{index}
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view text) const;

  /// Appends the tokens of a text. `split_special_tokens`: nothing is cut out. `random`: what the model draws from.
  void tokenize(std::string_view text, bool split_special_tokens, UniformSequence& random, std::vector<TokenAndId>& out) const;

 private:
  [[nodiscard]] std::string lower_outside_tokens(std::string_view text) const;
  /// Applies the strip and single-word flags to the parts that are tokens.
  void apply_flags(std::vector<std::string>& parts) const;
  /// One part without added tokens.
  void tokenize_part(std::string_view part, UniformSequence& random, std::vector<TokenAndId>& out) const;
};

}  // namespace albert
