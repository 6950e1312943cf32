// vocab.txt: a vocabulary that is accepted tokenizes any text, in both forms, and is written and read again as itself.
#include <algorithm>

#include "albert/bert_tokenizer.h"
#include "fuzz.h"
#include "tokenizer/arguments.h"
#include "tokenizer/wordpiece_vocabulary.h"

namespace {

using namespace albert;

void use(const Tokenizer& tokenizer) {
  for (const std::string_view text :
       {"", " a  b##a", "Hello [MASK]world, \xC3\x89t\xC3\xA9 \xE4\xB8\xAD\xF0\x9F\x98\x80", "\t\n\xE2\x80\x83 A\xCC\x81\xFF [UNK]"})
    fuzz::accepts([&] {
      const Encoding encoding = tokenizer(text);
      fuzz::expect(encoding.tokens.size() == encoding.size(), "the vectors have one length");
      (void)tokenizer.decode(encoding.input_ids);
      (void)tokenizer.convert_tokens_to_string(encoding.tokens);
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto arguments = [&] {
    TokenizerArguments made;
    made.vocab_file = fuzz::file_of(data, size);
    return made;
  };
  fuzz::accepts([&] { use(BertTokenizer(arguments())); });
  fuzz::accepts([&] { use(BertTokenizerFast(arguments())); });
  fuzz::accepts([&] {
    const auto vocabulary = WordPieceVocabulary::from_lines(fuzz::text_of(data, size), "input", "##");
    const std::string lines = vocabulary.lines();
    const auto again = WordPieceVocabulary::from_lines(lines, "written", "##");
    fuzz::expect(again.lines() == lines && again.size() == vocabulary.size(), "written lines are read as themselves");
  });
  return 0;
}
