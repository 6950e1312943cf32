// What pre-training reads off a tokenizer's vocabulary.
#pragma once

#include "albert/tokenizer.h"
#include "train/pretraining/token_store.h"

namespace albert {

/// Size and fingerprint of all pieces, added ones included.
[[nodiscard]] TokenStoreVocabulary store_vocabulary(const Tokenizer& tokenizer);

}  // namespace albert
