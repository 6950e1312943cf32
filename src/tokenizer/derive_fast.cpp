#include "tokenizer/derive_fast.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "tokenizer/unicode.h"
#include "tokenizer/unigram.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

// "2000," and the like exist in the vocabulary; the penalty keeps number and comma apart.
bool is_number_comma(std::string_view piece) {
  const std::u32string characters = to_utf32(piece);
  return characters.size() >= 2 && characters.back() == U',' && is_python_digit(characters[characters.size() - 2]);
}

}  // namespace

std::unique_ptr<FastPipeline> derive_fast_pipeline(const SentencePieceModel& model, const DeriveOptions& options) {
  require(model.model_type == 1, ErrorCode::not_implemented, "model type {} of the SentencePiece model is not supported (1, unigram, is)",
          model.model_type);
  UnigramModel::Vocabulary vocabulary;
  for (const Piece& piece : model.pieces)
    vocabulary.add(piece.text, is_number_comma(piece.text) ? double{piece.score} - 100.0 : double{piece.score});
  auto pipeline = std::make_unique<FastPipeline>(
      std::make_unique<UnigramModel>(std::move(vocabulary), static_cast<std::uint32_t>(model.unk_id), false));
  std::vector<NormalizerPointer> normalizers;
  normalizers.push_back(make_replace_string("``", "\""));
  normalizers.push_back(make_replace_string("''", "\""));
  if (!options.keep_accents) {
    normalizers.push_back(make_normal_form(NormalForm::nfkd));
    normalizers.push_back(make_strip_accents());
  }
  if (options.do_lower_case) normalizers.push_back(make_lowercase());
  if (!model.precompiled_charsmap.empty()) normalizers.push_back(make_precompiled(std::string(model.precompiled_charsmap)));
  normalizers.push_back(make_replace_regex(" {2,}", " "));
  pipeline->normalizer = make_sequence_normalizer(std::move(normalizers));
  constexpr char32_t metaspace = 0x2581;
  pipeline->pre_tokenizer = make_metaspace(metaspace, true);
  pipeline->decoder = make_metaspace_decoder(metaspace, true);
  pipeline->post_processor = TemplateProcessing::cls_sep("[CLS]", options.cls_id, "[SEP]", options.sep_id);
  return pipeline;
}

}  // namespace albert
