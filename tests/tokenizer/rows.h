// A tokenizer driven by rows: one JSON object is one call, and its answer another.
//
// Rows: {"op": "encode", "text", "text_pair"?, "options"?} (op may be left out), {"op": "batch", "rows": [{"text", …}], "options"?},
// {"op": "words", "words", "words_pair"?, "options"?}, {"op": "tokenize", "text"}, {"op": "decode", "ids", "skip", "clean"?},
// {"op": "to_string", "tokens"}, {"op": "add_tokens", "tokens", "special"}, {"op": "add_special_tokens", "roles"},
// {"op": "call", "text"?, "text_pair"?, "text_target"?, "text_pair_target"?, "options"?, "queries"?: [[method, argument…]…]},
// {"op": "encode_plus" or "encode_ids", "text", "text_pair"?, "options"?}, {"op": "batch_encode_plus", "items": [text or [text, pair]],
// "options"?},
// {"op": "prepare", "ids", "pair_ids"?, "options"?, "prepend"?}, {"op": "truncate", "ids", "pair_ids"?, "remove", "strategy", "stride"},
// {"op": "pad", "encoded": {…} or [{…}…], "options"?}, {"op": "specials", "ids", "pair_ids"?, "already"},
// {"op": "names", "ids", "skip"}, {"op": "batch_decode", "sequences", "skip", "clean"?}, {"op": "vocabulary"},
// {"op": "save", "directory"}, {"op": "load", "directory", "overrides"?}, {"op": "set", "padding_side", …}, {"op": "info"}.
#pragma once

#include <memory>
#include <string>

#include "albert/json.h"
#include "albert/tokenizer.h"

namespace albert {

/// The slow or the fast form from the files of a directory: Bert's when it has a vocab.txt, else Albert's.
std::unique_ptr<Tokenizer> load_for_rows(const std::string& directory, bool fast, const Json& overrides = {});

/// One row's answer; {"error", "message"} where the library throws. "load" replaces the tokenizer.
Json answer_row(const Json& row, std::unique_ptr<Tokenizer>& tokenizer, bool fast);

}  // namespace albert
