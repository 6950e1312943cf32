#include "text_width.h"

#include <utf8proc.h>

#include <algorithm>

namespace cli {
namespace {

constexpr char32_t kEmojiPresentation = 0xFE0F;
constexpr char32_t kFirstRegional = 0x1F1E6, kLastRegional = 0x1F1FF;

/// The code point at `i` and its bytes; U+FFFD and one byte where the text is not UTF-8.
char32_t decode(std::string_view text, std::size_t i, std::size_t& bytes) {
  utf8proc_int32_t code = -1;
  const auto* data = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + i;
  const utf8proc_ssize_t count = utf8proc_iterate(data, static_cast<utf8proc_ssize_t>(text.size() - i), &code);
  bytes = count > 0 ? static_cast<std::size_t>(count) : 1;
  return count > 0 ? static_cast<char32_t>(code) : U'\uFFFD';
}

}  // namespace

std::vector<Cluster> clusters_of(std::string_view text) {
  std::vector<Cluster> clusters;
  utf8proc_int32_t state = 0;
  char32_t previous = 0;
  for (std::size_t i = 0, bytes = 0; i < text.size(); i += bytes) {
    const char32_t code = decode(text, i, bytes);
    const bool begins = clusters.empty() || utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous),
                                                                             static_cast<utf8proc_int32_t>(code), &state);
    previous = code;
    const auto own = static_cast<std::size_t>(std::max(0, utf8proc_charwidth(static_cast<utf8proc_int32_t>(code))));
    if (begins) {
      clusters.push_back({text.substr(i, bytes), own});
      continue;
    }
    Cluster& cluster = clusters.back();
    cluster.text = text.substr(static_cast<std::size_t>(cluster.text.data() - text.data()), cluster.text.size() + bytes);
    const bool pair = code >= kFirstRegional && code <= kLastRegional;  // a flag
    if (utf8proc_category(static_cast<utf8proc_int32_t>(code)) == UTF8PROC_CATEGORY_MC) {
      ++cluster.columns;  // a mark with a place of its own
    } else {
      cluster.columns = code == kEmojiPresentation || pair ? 2 : std::max(cluster.columns, own);
    }
  }
  return clusters;
}

std::size_t width_of(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; })) return text.size();
  std::size_t width = 0;
  for (const Cluster& cluster : clusters_of(text)) width += cluster.columns;
  return width;
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t own = width_of(text);
  return std::string(text) + std::string(own < width ? width - own : 0, ' ');
}

}  // namespace cli
