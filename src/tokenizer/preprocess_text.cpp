#include "albert/tokenizer_training.h"
#include "tokenizer/clean_up.h"
#include "tokenizer/python_string.h"
#include "tokenizer/unicode.h"
#include "tokenizer/utf8.h"

namespace albert {

std::string preprocess_albert_text(std::string_view raw, const PreprocessOptions& options) {
  std::string text = is_valid_utf8(raw) ? std::string(raw) : replace_invalid_utf8(raw);
  if (options.remove_space) text = python_join_split(text);
  text = replace_all(std::move(text), "``", "\"");
  text = replace_all(std::move(text), "''", "\"");
  if (!options.keep_accents) text = strip_accents_nfkd(text);
  if (options.do_lower_case) text = lower_string(text);
  return text;
}

}  // namespace albert
