// The fast form's components when there is a SentencePiece model but no tokenizer.json.
#pragma once

#include <memory>

#include "tokenizer/fast_pipeline.h"
#include "tokenizer/sentencepiece_model.h"

namespace albert {

struct DeriveOptions {
  bool do_lower_case = true;
  bool keep_accents = false;
  std::uint32_t cls_id = 0;  // of the texts "[CLS]" and "[SEP]" in the slow form
  std::uint32_t sep_id = 0;
};

/// What the reference's AlbertConverter builds; no added tokens yet. Error{not_implemented}: not a unigram model.
[[nodiscard]] std::unique_ptr<FastPipeline> derive_fast_pipeline(const SentencePieceModel& model, const DeriveOptions& options);

}  // namespace albert
