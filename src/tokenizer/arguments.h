// What a tokenizer is made from: the init arguments and files that from_pretrained finds.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "albert/json.h"
#include "albert/tokenizer.h"
#include "base/file.h"
#include "base/file_source.h"

namespace albert {

/// The arguments of a tokenizer's constructor, the files among them opened.
struct TokenizerArguments {
  /// Keyword arguments by name, files and added_tokens_decoder left out. A token is a string or an
  /// object {"__type": "AddedToken", "content": …}: Python's str and AddedToken.
  Json init_kwargs = Json::Object{};
  /// id to token, in the order of the file (the order of Python's dict).
  std::vector<std::pair<std::int32_t, AddedToken>> added_tokens_decoder;
  std::shared_ptr<const MappedFile> vocab_file;      ///< the slow form's; null when there is none
  std::shared_ptr<const MappedFile> tokenizer_file;  ///< tokenizer.json (or the versioned one); null when there is none
  std::string provenance;
};

/// What the reference's from_pretrained hands to the constructor of the slow (or fast) class whose vocabulary has that
/// file name (empty: it has none). `overrides`: an object of keyword arguments, or null. Error{not_found|bad_data|type|value}.
[[nodiscard]] TokenizerArguments load_tokenizer_arguments(const FileSource& files, const Json& overrides, bool fast,
                                                          std::string_view vocabulary_name = "spiece.model");

enum class NamedFile { vocabulary, tokenizer_json };
/// The arguments of a class that is made from one file by path. Error{not_found|io|type}.
[[nodiscard]] TokenizerArguments arguments_for_file(std::string_view class_name, const std::string& file, const Json& init_arguments,
                                                    NamedFile which);

/// The keyword arguments with the Albert classes' defaults filled in; a mask token given as a text becomes an
/// object that takes the space before it.
[[nodiscard]] Json with_albert_defaults(Json init_kwargs);

/// Tokenizer::from_pretrained on files that may be in memory.
[[nodiscard]] std::unique_ptr<Tokenizer> load_tokenizer(const FileSource& files, bool use_fast = true, const Json& overrides = {});

/// Reads {"content", "lstrip", …} with or without "__type"; absent flags get the reference's defaults
/// (normalized: not special). Error{type|bad_data}.
[[nodiscard]] AddedToken added_token_from_json(const Json& object);
/// {"__type", "content", "lstrip", "normalized", "rstrip", "single_word", "special"}; the first and the last on demand.
[[nodiscard]] Json added_token_to_json(const AddedToken& token, bool with_type, bool with_special);

}  // namespace albert
