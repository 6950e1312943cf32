// tokenizer.json: a file that is accepted tokenizes any text, and is written and read again as itself.
#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fuzz.h"
#include "tokenizer/fast_pipeline.h"
#include "tokenizer/tokenizer_json.h"

namespace {

using namespace albert;

void use(const FastPipeline& pipeline) {
  const auto finish = [&](std::string_view text, std::string_view pair) {
    Encoding first = pipeline.encode({.text = text});
    std::optional<Encoding> second;
    if (!pair.empty()) second = pipeline.encode({.text = pair});
    const Encoding encoding = pipeline.finish(std::move(first), second ? &*second : nullptr, true, std::nullopt, false);
    fuzz::expect(encoding.offsets.size() == encoding.size() && encoding.tokens.size() == encoding.size(), "the vectors have one length");
    for (const Offsets& offsets : encoding.offsets)
      fuzz::expect(offsets.start <= offsets.end && offsets.end <= std::max(text.size(), pair.size()), "offsets lie in the text");
    (void)pipeline.decode(encoding.input_ids, false);
    (void)pipeline.decode(encoding.input_ids, true);
    (void)pipeline.join_tokens(encoding.tokens);
  };
  for (const std::string_view text :
       {"", " a  b", "hello [MASK]world, \xC3\xA9t\xC3\xA9 \xEF\xBC\xA1\xF0\x9F\x98\x80 \xE2\x96\x81", "\t\n\xE2\x80\x83 A\xCC\x81"}) {
    fuzz::accepts([&] { finish(text, ""); });
    fuzz::accepts([&] { finish(text, "a second \xE2\x96\x81text"); });
  }
  const std::vector<std::int32_t> ids{0, 1, 2, 5, 1 << 30, -1, std::numeric_limits<std::int32_t>::max()};
  fuzz::accepts([&] { (void)pipeline.decode(ids, false); });
  for (std::uint32_t id = 0; id < std::min<std::size_t>(pipeline.size(), 32); ++id)
    if (const auto text = pipeline.find_id(id)) (void)pipeline.find_token(*text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::accepts([&] {
    const auto pipeline = read_tokenizer_json(fuzz::text_of(data, size), "input");
    use(*pipeline);
    const std::string text = write_tokenizer_json(*pipeline);
    const auto again = read_tokenizer_json(text, "written");
    // Of WordPiece entries that share an id only one is written, and ids of added tokens go on from the number of entries.
    if (again->model().size() != pipeline->model().size()) return;
    fuzz::expect(write_tokenizer_json(*again) == text, "a written file is read and written as itself");
  });
  return 0;
}
