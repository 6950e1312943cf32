// What the slow classes do each in its own way: a vocabulary, text to pieces, pieces to text.
//
// The rest, added tokens above all, is the same for all of them (slow_tokenizer.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "tokenizer/token_and_id.h"

namespace albert {

struct TokenizerState;

class SlowModel {
 public:
  virtual ~SlowModel() = default;

  /// Whether a text is lower-cased before the added tokens are cut out of it, and the tokens with it.
  [[nodiscard]] virtual bool lowers_case() const noexcept = 0;
  /// Tokens of a text without added tokens, appended with the ids of this vocabulary. A model that cuts at random draws
  /// from `random`.
  virtual void tokenize(std::string_view part, UniformSequence& random, std::vector<TokenAndId>& out) const = 0;
  /// convert_tokens_to_string.
  [[nodiscard]] virtual std::string join(std::span<const std::string> tokens) const = 0;

  /// Distinct entries (vocab_size).
  [[nodiscard]] virtual std::int64_t size() const noexcept = 0;
  [[nodiscard]] virtual std::optional<std::int32_t> find(std::string_view text) const = 0;
  /// The id that tokenize() gives to what it does not know; negative: there is none.
  [[nodiscard]] virtual std::int32_t unknown_id() const noexcept = 0;
  /// The text of an id. Error{index} when there is none and nothing stands for it.
  [[nodiscard]] virtual std::string_view text_of(std::int32_t id) const = 0;
  /// Calls visit(text, id) by id.
  virtual void for_each(const std::function<void(std::string_view, std::int32_t)>& visit) const {
    for (std::int32_t id = 0; id < size(); ++id) visit(text_of(id), id);
  }
  /// The entry that the reference no longer counts when another text was added under its id; null: none.
  [[nodiscard]] virtual std::optional<std::string_view> entry_hidden_by(std::int32_t added_id) const = 0;

  /// Called whenever special tokens have changed.
  virtual void set_special_tokens(const TokenizerState& state) = 0;

  /// Writes the vocabulary's file into a directory; returns its path.
  [[nodiscard]] virtual std::string save_vocabulary(const std::string& directory, const std::string& prefix) const = 0;
};

}  // namespace albert
