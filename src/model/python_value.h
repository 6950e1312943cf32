// What Python makes of a value or a text where the reference leans on it: str(), bool(), len(),
// int() and float().
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "albert/json.h"

namespace albert {

/// str(value): "None", "True", "1e-05", "['a']"; a string is itself.
[[nodiscard]] std::string python_str(const Json& value);

/// bool(value): false for null, false, zero and what is empty.
[[nodiscard]] bool python_bool(const Json& value);

/// len(value): code points, elements or members. Error{type} for anything else.
[[nodiscard]] std::size_t python_len(const Json& value);

/// int(text) as canonical decimal digits: blanks around, one sign, single underscores between
/// digits. Null for any other text, and for more than 4300 digits. (ASCII digits only.)
[[nodiscard]] std::optional<std::string> python_int(std::string_view text);

/// float(text): as int, with a point, an exponent, or inf, infinity and nan in any case.
[[nodiscard]] std::optional<double> python_float(std::string_view text);

}  // namespace albert
