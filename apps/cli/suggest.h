// Did-you-mean: the known name that is nearest to what was typed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// Fewest insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`, in bytes.
/// Source: the optimal string alignment distance.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// "; did you mean 'NAME'?" with the nearest of `known` when one is near (or the only one that begins
/// so), else an empty text.
[[nodiscard]] std::string did_you_mean(std::string_view typed, const std::vector<std::string>& known);

/// "a, b or c"
[[nodiscard]] std::string either(const std::vector<std::string>& words);

}  // namespace cli
