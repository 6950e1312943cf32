// Pieces of JSON text for writers of long lists, who make no Json value of each item.
#pragma once

#include <string>
#include <string_view>

#include "albert/export.h"

namespace ALBERT_API albert {

/// Appends what dump_json(text, {.ensure_ascii = ensure_ascii}) gives. Error{value} for a text that is not UTF-8.
void append_json_string(std::string& out, std::string_view text, bool ensure_ascii = true);

}  // namespace ALBERT_API albert
