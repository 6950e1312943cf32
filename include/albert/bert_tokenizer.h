// WordPiece: BertTokenizer (vocab.txt) and BertTokenizerFast, which ALBERT models with a vocab.txt use.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "albert/tokenizer.h"

namespace ALBERT_API albert {

/// The slow form around a vocab.txt.
class BertTokenizer final : public SlowTokenizer {
 public:
  /// From a vocab.txt. `init_arguments`: an object with the reference's constructor arguments (do_lower_case,
  /// do_basic_tokenize, never_split, tokenize_chinese_chars, strip_accents, cls_token, …).
  /// Error{not_found|bad_data|resource|type|value}.
  explicit BertTokenizer(const std::string& vocab_file, const Json& init_arguments = {});
  /// What a loader found (src/tokenizer/arguments.h).
  explicit BertTokenizer(TokenizerArguments&& arguments);

  /// From the files of a directory, whatever class they name, or from a vocab.txt alone.
  static std::unique_ptr<BertTokenizer> from_pretrained(const std::string& path, const Json& overrides = {});
};

/// The fast form: a tokenizer.json, or the same derived from a vocab.txt. The arguments do_lower_case, strip_accents and
/// tokenize_chinese_chars take the place of what the file says of them.
class BertTokenizerFast final : public FastTokenizer {
 public:
  /// From a tokenizer.json. `init_arguments`: an object with the reference's constructor arguments.
  /// Error{not_found|bad_data|type|value}, Error{not_implemented} for components this form does not have.
  explicit BertTokenizerFast(const std::string& tokenizer_file, const Json& init_arguments = {});
  /// What a loader found (src/tokenizer/arguments.h): the tokenizer.json if there is one, else the vocab.txt.
  explicit BertTokenizerFast(TokenizerArguments&& arguments);

  /// From the files of a directory, whatever class they name.
  static std::unique_ptr<BertTokenizerFast> from_pretrained(const std::string& directory, const Json& overrides = {});

  /// An empty second text is none here, and brings no [SEP].
  [[nodiscard]] std::vector<std::int32_t> build_inputs_with_special_tokens(
      std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids = {}) const override;
};

}  // namespace ALBERT_API albert
