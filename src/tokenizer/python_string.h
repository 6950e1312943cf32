// str.split, str.strip and friends on valid UTF-8, with Python's idea of white space.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace albert {

[[nodiscard]] std::string_view python_lstrip(std::string_view text);
[[nodiscard]] std::string_view python_rstrip(std::string_view text);
[[nodiscard]] inline std::string_view python_strip(std::string_view text) { return python_rstrip(python_lstrip(text)); }
/// text.split(): the words between white space, as views of the text, which has to outlive them.
[[nodiscard]] std::vector<std::string_view> python_split(std::string_view text);
std::vector<std::string_view> python_split(std::string&& text) = delete;
/// " ".join(text.split())
[[nodiscard]] std::string python_join_split(std::string_view text);

}  // namespace albert
