// What compares the tokenizers of one kind of vocabulary.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "albert/json.h"
#include "compare_tokenizers.h"

namespace cli {

using Pieces = std::vector<std::string>;

class TokenizerComparison::Kind {
 public:
  Kind() = default;
  virtual ~Kind() = default;
  Kind(const Kind&) = delete;
  Kind& operator=(const Kind&) = delete;
  [[nodiscard]] virtual bool has_library() const = 0;
  [[nodiscard]] virtual TokenizerCuts cut(const std::string& text) const = 0;
  /// Sentences; none when all agree.
  [[nodiscard]] virtual Pieces reasons(const TokenizerCuts& cuts) const = 0;
};

[[nodiscard]] std::unique_ptr<TokenizerComparison::Kind> compare_sentencepiece(const std::string& directory);
[[nodiscard]] std::unique_ptr<TokenizerComparison::Kind> compare_wordpiece(const std::string& directory);

/// The tokenizer_config.json of a folder; an empty object where there is none.
[[nodiscard]] albert::Json tokenizer_config(const std::string& directory);
/// A switch of it.
[[nodiscard]] bool is_on(const albert::Json& config, const char* name, bool otherwise);

/// The pieces in one line.
[[nodiscard]] std::string joined(const Pieces& pieces, std::string_view between);
/// Parts of a text without white space.
[[nodiscard]] Pieces words_of(const std::string& text);

/// The words of a text that two tokenizers cut differently, each once, with what `reason` says of it.
[[nodiscard]] Pieces different_words(const std::string& text, const std::function<Pieces(const std::string&)>& slow,
                                     const std::function<Pieces(const std::string&)>& fast,
                                     const std::function<std::string(const std::string&, const Pieces&, const Pieces&)>& reason);

}  // namespace cli
