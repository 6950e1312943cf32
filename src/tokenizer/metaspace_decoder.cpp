#include "tokenizer/metaspace_decoder.h"

#include "tokenizer/pretty_json.h"
#include "tokenizer/utf8.h"

namespace albert {

MetaspaceDecoder::MetaspaceDecoder(char32_t replacement, bool prefix) : prefix_(prefix) { append_utf8(replacement_, replacement); }

void MetaspaceDecoder::append(std::string_view token, bool is_first, std::string& text) const {
  std::size_t done = 0;
  for (std::size_t at = token.find(replacement_); at != token.npos; at = token.find(replacement_, done)) {
    text.append(token, done, at - done);
    if (!is_first || !prefix_) text += ' ';
    done = at + replacement_.size();
  }
  text.append(token, done);
}

void MetaspaceDecoder::write(PrettyJson& out) const {
  out.begin_object();
  out.member("type", "Metaspace");
  out.member("replacement", replacement_);
  out.member("add_prefix_space", prefix_);
  out.end_object();
}

}  // namespace albert
