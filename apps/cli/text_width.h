// How many columns a text takes on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// A grapheme cluster: what a terminal shows in one place.
struct Cluster {
  std::string_view text;
  std::size_t columns = 0;  ///< 0 (a mark that stands alone), 1, or 2 (East Asian wide, emoji)
};

/// The clusters of a text (UTF-8; bytes that are not are a column each).
[[nodiscard]] std::vector<Cluster> clusters_of(std::string_view text);
/// Columns of all its clusters.
[[nodiscard]] std::size_t width_of(std::string_view text);
/// `text` followed by blanks up to `width` columns.
[[nodiscard]] std::string padded(std::string_view text, std::size_t width);

}  // namespace cli
