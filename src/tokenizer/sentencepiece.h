// SentencePiece's unigram encoding and decoding with a model file: normalise, then Viterbi, or a draw from the lattice.
//
// The arithmetic is that of the library up to 0.2.1 (float32 path scores, sums in double), so that
// near-ties fall the same way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "tokenizer/darts.h"
#include "tokenizer/lattice.h"
#include "tokenizer/piece_trie.h"
#include "tokenizer/sentencepiece_model.h"
#include "tokenizer/sentencepiece_options.h"
#include "tokenizer/token_and_id.h"

namespace albert {

class SentencePieceProcessor {
 public:
  /// A piece of a normalised text: its text there, and its id (that of the unknown piece for unknown characters,
  /// of which neighbours are one).
  using EncodedPiece = TokenAndId;

  /// One of the best segmentations of a text, and its score (a log probability).
  struct ScoredPieces {
    std::vector<EncodedPiece> pieces;
    float score = 0;
  };

  /// Error{not_implemented} for a model that is not unigram, Error{bad_data} for a bad character map.
  explicit SentencePieceProcessor(std::shared_ptr<const SentencePieceModel> model, const SentencePieceOptions& options = {});

  /// Appends the pieces of `text` (valid UTF-8) to `pieces`; `random` is drawn from when sampling is enabled.
  /// Error{value|type} for options that encoding cannot follow, Error{resource} for more than 128 MiB of normalised
  /// text, 16 million pieces or (sampling) 16 million nodes of the lattice.
  void encode(std::string_view text, UniformSequence& random, std::vector<EncodedPiece>& pieces) const;
  /// The best segmentation, whatever the options are.
  void encode_best(std::string_view text, std::vector<EncodedPiece>& pieces) const;
  /// Up to `count` segmentations (at least 1, at most 1024), best first.
  [[nodiscard]] std::vector<ScoredPieces> encode_n_best(std::string_view text, std::int64_t count) const;
  /// All ways to cut a normalised text.
  [[nodiscard]] Lattice lattice(std::string_view normalized) const;
  /// What the character map, the dummy prefix and the space rules make of a text.
  [[nodiscard]] std::string normalize(std::string_view text) const;
  /// Pieces to text: control pieces vanish, unknown ones are themselves, U+2581 is a space.
  [[nodiscard]] std::string decode(std::span<const std::string_view> pieces) const;

  [[nodiscard]] std::int32_t size() const noexcept { return static_cast<std::int32_t>(model_->pieces.size()); }
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view piece) const;
  /// The piece's id; the unknown id when there is none.
  [[nodiscard]] std::int32_t piece_to_id(std::string_view piece) const { return find(piece).value_or(unknown_id_); }
  [[nodiscard]] std::string_view id_to_piece(std::int32_t id) const { return model_->pieces[static_cast<std::size_t>(id)].text; }
  [[nodiscard]] std::int32_t unknown_id() const noexcept { return unknown_id_; }
  [[nodiscard]] const SentencePieceModel& model() const noexcept { return *model_; }

 private:
  struct Prefix {
    std::string_view text;  // what the prefix becomes
    std::size_t length;     // bytes of the input
  };
  [[nodiscard]] Prefix normalize_prefix(std::string_view text) const;
  /// Appends a piece; `after_unknown` says whether the last one was unknown, and is updated.
  void append(std::string_view text, std::int32_t id, bool& after_unknown, std::vector<EncodedPiece>& pieces) const;
  void append_path(std::string_view text, std::span<const Lattice::Node> path, std::vector<EncodedPiece>& pieces) const;
  void append_sample(std::string_view text, UniformSequence& random, std::vector<EncodedPiece>& pieces) const;
  /// reverse, add_bos, add_eos and emit_unk_piece, for the pieces from `first` on.
  void rewrite(std::vector<EncodedPiece>& pieces, std::size_t first) const;

  std::shared_ptr<const SentencePieceModel> model_;
  SentencePieceOptions options_;
  CharacterMap character_map_;
  PieceTrie pieces_;                                             // normal, user defined and unused pieces
  PieceTrie user_defined_;                                       // copied unchanged by the normaliser
  std::unordered_map<std::string_view, std::int32_t> reserved_;  // unknown, control and byte pieces
  std::vector<float> scores_;                                    // by id
  std::vector<bool> is_user_defined_;
  std::vector<bool> is_unused_;
  std::vector<std::int32_t> byte_ids_;  // with byte_fallback: id of <0xNN>
  std::int32_t unknown_id_ = 0;
  float max_score_;
  float unknown_score_;
};

}  // namespace albert
