// Bytes of messages and file names as text that JSON can hold.
#pragma once

#include <string>
#include <string_view>

namespace cli {

/// `bytes` with U+FFFD for every byte that is no part of a well-formed UTF-8 sequence.
[[nodiscard]] std::string as_utf8(std::string_view bytes);

/// Whether all of it is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace cli
