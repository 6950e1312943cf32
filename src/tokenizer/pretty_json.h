// Writes a tokenizer.json as the reference's library does, byte for byte: two spaces a level, one
// element a line, keys in the order given, non-ASCII kept, the shortest decimals that round-trip.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace albert {

class PrettyJson {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool truth);
  void value(std::uint64_t number);
  void value(double number);
  void null();

  template <class T>
  void member(std::string_view name, const T& what) {
    key(name);
    value(what);
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void open(char bracket);
  void close(char bracket);
  void element();  // what comes before a value: a comma, a new line, the indentation
  void new_line();
  void quote(std::string_view text);

  std::string text_;
  std::size_t depth_ = 0;
  bool empty_ = true;  // nothing yet in the innermost object or array
  bool after_key_ = false;
};

}  // namespace albert
