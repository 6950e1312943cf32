// JSON: what is read is written and read again as the same text.
#include "albert/json.h"

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace albert;
  Json value;
  if (!fuzz::accepts([&] { value = parse_json(fuzz::text_of(data, size)); })) return 0;
  for (const JsonStyle& style : {JsonStyle{}, JsonStyle{.indent = 2, .sort_keys = true}, JsonStyle{.indent = 0, .ensure_ascii = false}}) {
    const std::string text = dump_json(value, style);
    const Json again = parse_json(text);
    fuzz::expect(dump_json(again, style) == text, "a written text is read and written as itself");
    fuzz::expect(again == value || text.find("NaN") != std::string::npos, "a written value is read as an equal one");
  }
  return 0;
}
