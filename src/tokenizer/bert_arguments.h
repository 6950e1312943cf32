// The arguments of the Bert classes' constructors.
#pragma once

#include <optional>
#include <string_view>

#include "tokenizer/arguments.h"

namespace albert {

constexpr std::string_view bert_vocabulary_name = "vocab.txt";
constexpr std::string_view bert_subword_prefix = "##";

/// The keyword arguments with the defaults filled in that both forms have; `slow`: and those of the slow one alone.
[[nodiscard]] Json with_bert_defaults(Json init_kwargs, bool slow);

/// null, true or false as Python sees them.
[[nodiscard]] std::optional<bool> optional_bool_argument(const Json& arguments, std::string_view name);

}  // namespace albert
