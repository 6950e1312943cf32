// What a SentencePieceProcessor is made with: the reference's sp_model_kwargs.
#pragma once

#include <cstdint>
#include <optional>

#include "albert/json.h"

namespace albert {

struct SentencePieceOptions {
  bool enable_sampling = false;
  std::optional<std::int64_t> nbest_size = -1;  ///< drawn from that many best segmentations; negative: from all
  std::optional<double> alpha = 0.1;            ///< a segmentation is drawn with probability proportional to exp(alpha * score)
  bool add_bos = false;
  bool add_eos = false;
  bool reverse = false;
  bool emit_unk_piece = false;  ///< the unknown piece's own text for what is unknown

  /// Error{type}: no object, a key that is not known, a value of another type. Error{value}: num_threads is no integer.
  [[nodiscard]] static SentencePieceOptions from_json(const Json& arguments);
  /// What SentencePiece refuses when it encodes. Error{value|type}.
  void check() const;
};

}  // namespace albert
