// What the slow and the fast form share: the special tokens' roles, the sides, the init arguments.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "albert/json.h"
#include "albert/tokenizer.h"
#include "tokenizer/arguments.h"

namespace albert {

/// One text: its characters, the words it was split into beforehand, or (slow) its tokens or ids.
struct SequenceInput {
  std::string_view text = {};
  std::span<const std::string> words = {};  // or tokens
  bool is_split_into_words = false;
  bool is_tokens = false;
  bool is_ids = false;
  std::span<const std::int32_t> ids = {};
};

/// One input of a tokenizer call.
struct EncodeRequest {
  SequenceInput first = {};
  std::optional<SequenceInput> second = std::nullopt;
  std::uint64_t draw = 0;  // slow: which stream of random numbers it takes, if it takes any
};

/// A special token as the reference holds it: a plain string or an AddedToken object.
struct RoleToken {
  AddedToken token;
  bool is_object = false;
};

/// The reference's SPECIAL_TOKENS_ATTRIBUTES without "_token".
constexpr std::array<std::string_view, 7> role_names = {"bos", "eos", "unk", "sep", "pad", "cls", "mask"};
constexpr std::int64_t no_max_length = 1'000'000'000'000'000'000;

struct TokenizerState {
  std::string class_name;
  std::string provenance;
  Json init_kwargs;  // as given, for save_pretrained
  std::array<std::optional<RoleToken>, role_names.size()> roles;
  std::vector<RoleToken> additional;  // additional_special_tokens
  std::int64_t model_max_length = no_max_length;
  Json model_max_length_json;  // as it is written back
  Side padding_side = Side::right;
  Side truncation_side = Side::right;
  std::int32_t pad_token_type_id = 0;
  bool clean_up_tokenization_spaces = true;
  bool split_special_tokens = false;
  // Inputs take their random numbers from streams 0, 1, 2, … of the seed, in order, whatever thread they run on.
  std::uint64_t sampling_seed = 0;
  std::atomic<std::uint64_t> next_draw = 0;
  std::vector<std::string> model_input_names = {"input_ids", "token_type_ids", "attention_mask"};

  TokenizerState(const Json& init_kwargs, std::string class_name);

  /// Position in `roles` of "cls" (or "cls_token"); Error{key}.
  static std::size_t role_index(std::string_view role);
  /// All special tokens, unique by text, in the order of the roles, then the additional ones.
  [[nodiscard]] std::vector<RoleToken> all_special_tokens() const;
  [[nodiscard]] bool is_special_token(std::string_view text) const;
  /// The roles that are set, and their tokens: as texts, or objects kept as such.
  [[nodiscard]] Json special_tokens_map(bool as_text) const;
  [[nodiscard]] bool wants(std::string_view input_name) const;  ///< whether model_input_names has it
  /// A text as the reference would read it in a role: a plain string is special and not normalized.
  static RoleToken plain(std::string text);
};

/// A keyword argument's truth value, as Python sees it; `otherwise` when it is absent.
[[nodiscard]] bool bool_argument(const Json& arguments, std::string_view name, bool otherwise);

}  // namespace albert
