// Where the slow form, the fast form and SentencePiece itself cut a text differently, and why.
#pragma once

#include <string>

namespace cli {

/// A report for people: the three cuts and the reasons. `directory`: a tokenizer with a spiece.model. Failure{bad_data|missing}.
[[nodiscard]] std::string compare_tokenizers(const std::string& directory, const std::string& text);

}  // namespace cli
