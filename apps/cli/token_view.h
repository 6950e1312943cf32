// A text on a terminal, coloured by token, with the ids below.
#pragma once

#include <string>

#include "albert/tokenizer.h"
#include "terminal.h"

namespace cli {

/// Each token is a cell: the text under its offsets (the token itself where it has none of its own),
/// "▁" where a blank begins it, its id one line below. Cells alternate between two pairs of colours
/// that differ in lightness as well as hue; special tokens are reversed, unknown ones underlined.
/// Text that belongs to no token has no id. Lines are broken at style.columns().
[[nodiscard]] std::string view_tokens(const albert::Tokenizer& tokenizer, const albert::TextInput& input, const albert::Encoding& encoding,
                                      const Style& style);

}  // namespace cli
