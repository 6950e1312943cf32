// spiece.model: a model that is accepted encodes and decodes any text.
#include "tokenizer/sentencepiece_model.h"

#include <algorithm>
#include <vector>

#include "fuzz.h"
#include "tokenizer/sentencepiece.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace albert;
  fuzz::accepts([&] {
    const SentencePieceProcessor processor(SentencePieceModel::parse(fuzz::file_of(data, size)));
    for (const std::string_view text :
         {"", " a  b", "hello world, \xC3\xA9t\xC3\xA9 \xEF\xBC\xA1\xF0\x9F\x98\x80 \xE2\x96\x81x", "\t\n\xE2\x80\x83"}) {
      std::vector<SentencePieceProcessor::EncodedPiece> pieces;
      fuzz::accepts([&] { processor.encode_best(text, pieces); });
      fuzz::accepts([&] { (void)processor.encode_n_best(text, 3); });
      std::vector<std::string_view> texts;
      for (const auto& piece : pieces) {
        fuzz::expect(piece.id >= 0 && piece.id < processor.size(), "an id lies in the vocabulary");
        texts.push_back(piece.text);
      }
      (void)processor.decode(texts);
    }
    for (std::int32_t id = 0; id < std::min(processor.size(), 64); ++id) (void)processor.piece_to_id(processor.id_to_piece(id));
  });
  return 0;
}
