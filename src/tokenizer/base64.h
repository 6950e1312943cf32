// Base64 (RFC 4648, with padding), as tokenizer.json stores a character map.
#pragma once

#include <string>
#include <string_view>

namespace albert {

[[nodiscard]] std::string encode_base64(std::string_view bytes);
/// Error{bad_data} for anything that is not canonical base64.
[[nodiscard]] std::string decode_base64(std::string_view text);

}  // namespace albert
