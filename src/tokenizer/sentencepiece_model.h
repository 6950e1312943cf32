// The SentencePiece model file (spiece.model): a serialised protobuf with pieces, scores and the
// normaliser's character map. Reading only; what the pieces mean is sentencepiece.h's matter.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace albert {

enum class PieceType : std::uint8_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

/// One entry of the vocabulary; its id is its position. `text` points into the model's bytes.
struct Piece {
  std::string_view text;
  float score = 0;
  PieceType type = PieceType::normal;
};

/// A parsed model file. Holds the bytes, so that the views stay valid and the file can be written back.
struct SentencePieceModel {
  std::shared_ptr<const MappedFile> file;
  std::vector<Piece> pieces;

  // trainer_spec
  std::int32_t model_type = 1;  // 1 unigram, 2 bpe, 3 word, 4 char
  bool treat_whitespace_as_suffix = false;
  bool byte_fallback = false;
  std::int32_t unk_id = 0;
  std::string unk_surface = " \xE2\x81\x87 ";  // " ⁇ "
  std::string bos_piece = "<s>";
  std::string eos_piece = "</s>";

  // normalizer_spec
  std::string_view normalizer_name;
  std::string_view precompiled_charsmap;
  bool add_dummy_prefix = true;
  bool remove_extra_whitespaces = true;
  bool escape_whitespaces = true;

  /// Parses and checks. Error{bad_data}: not such a file, an empty or repeated piece, no unknown piece
  /// or more than one, a score that is not finite, a piece that is not UTF-8.
  static std::shared_ptr<const SentencePieceModel> parse(std::shared_ptr<const MappedFile> file);
};

}  // namespace albert
