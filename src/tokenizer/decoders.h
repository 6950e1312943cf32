// The decoders of a tokenizer.json: tokens to text.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace albert {

class PrettyJson;

/// One decoder. Safe to share between threads.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Appends a token's text.
  virtual void append(std::string_view token, bool is_first, std::string& text) const = 0;
  /// Writes its object of a tokenizer.json.
  virtual void write(PrettyJson& out) const = 0;
};

using DecoderPointer = std::unique_ptr<const Decoder>;

/// In the first token the replacement vanishes (with a prefix), elsewhere it becomes a space.
DecoderPointer make_metaspace_decoder(char32_t replacement, bool prefix);
/// From the second token on the prefix vanishes, or else a space comes first. `clean_up`: blanks before punctuation and
/// short forms go, within each token alone.
DecoderPointer make_wordpiece_decoder(std::string_view prefix, bool clean_up);

}  // namespace albert
