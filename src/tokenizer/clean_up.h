// The reference's clean_up_tokenization: spaces before English punctuation and contractions vanish.
#pragma once

#include <string>
#include <string_view>

namespace albert {

/// The decoder of the `tokenizers` library knows one rule more: " do not" becomes " don't".
enum class CleanUp { plain, with_do_not };
[[nodiscard]] std::string clean_up_tokenization(std::string text, CleanUp how = CleanUp::plain);

/// Python's str.replace: every occurrence, from the left, without overlap.
[[nodiscard]] std::string replace_all(std::string text, std::string_view from, std::string_view to);

}  // namespace albert
