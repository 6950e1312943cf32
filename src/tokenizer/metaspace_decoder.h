// The Metaspace decoder of a tokenizer.json: tokens to text.
#pragma once

#include <string>
#include <string_view>

namespace albert {

class PrettyJson;

class MetaspaceDecoder {
 public:
  MetaspaceDecoder(char32_t replacement, bool prefix);
  /// Appends a token's text. In the first token the replacement vanishes (with a prefix), elsewhere
  /// it becomes a space.
  void append(std::string_view token, bool is_first, std::string& text) const;
  void write(PrettyJson& out) const;

 private:
  std::string replacement_;
  bool prefix_;
};

}  // namespace albert
