// What a tokenizer.json describes: text -> added tokens cut out -> normalised -> pre-tokens -> tokens
// -> truncated -> template, and tokens -> text.
//
// The components are as the file says, whatever their mix; nothing here knows of ALBERT's own.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "albert/tokenizer.h"
#include "tokenizer/added_vocabulary.h"
#include "tokenizer/decoders.h"
#include "tokenizer/encoding_parts.h"
#include "tokenizer/fast_model.h"
#include "tokenizer/normalizers.h"
#include "tokenizer/pre_tokenizers.h"
#include "tokenizer/template_processing.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {

/// The padding settings of a tokenizer.json.
struct PaddingSettings {
  std::optional<std::uint64_t> fixed;  // null: to the longest of a batch
  Side direction = Side::right;
  std::optional<std::uint64_t> pad_to_multiple_of;
  std::uint32_t pad_id = 0;
  std::uint32_t pad_type_id = 0;
  std::string pad_token = "[PAD]";
};

class FastPipeline {
 public:
  explicit FastPipeline(std::unique_ptr<const FastModel> model);
  ~FastPipeline();

  NormalizerPointer normalizer;       // null: none
  PreTokenizerPointer pre_tokenizer;  // null: none
  std::optional<TemplateProcessing> post_processor;
  DecoderPointer decoder;  // null: none

  /// Settings that are only kept to be written back; calls bring their own.
  struct Settings {
    std::optional<Truncation> truncation;
    std::optional<PaddingSettings> padding;
  };
  void keep_settings(const Settings& settings) const;
  [[nodiscard]] Settings settings() const;

  [[nodiscard]] const FastModel& model() const noexcept { return *model_; }
  [[nodiscard]] const AddedVocabulary& added() const noexcept { return added_; }
  /// See AddedVocabulary::add.
  std::int64_t add_tokens(std::span<const AddedToken> tokens);

  /// One text, or the words of one, without specials. Types and sequence ids are 0.
  [[nodiscard]] Encoding encode(const SequenceInput& input) const;
  /// Truncates and puts the special tokens around one or two encodings (`second` null: one).
  [[nodiscard]] Encoding finish(Encoding first, Encoding* second, bool add_special_tokens, const std::optional<Truncation>& how,
                                bool keep_overflow) const;
  [[nodiscard]] std::size_t num_special_tokens(bool pair) const noexcept { return post_processor ? post_processor->added_tokens(pair) : 0; }

  [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool skip_special_tokens) const;
  [[nodiscard]] std::string join_tokens(std::span<const std::string> tokens) const;

  [[nodiscard]] std::optional<std::uint32_t> find_token(std::string_view text) const;
  /// Null when there is no such id.
  [[nodiscard]] std::optional<std::string_view> find_id(std::uint32_t id) const;
  /// Distinct texts, added ones included.
  [[nodiscard]] std::size_t size() const { return model_->distinct_size() + added_.count_beyond(*model_); }

 private:
  struct Scratch;
  class Lease;
  void encode_text(std::string_view text, std::int32_t word, Scratch& scratch, Encoding& out) const;
  void cut_and_normalize(std::string_view text, Scratch& scratch) const;
  void push_tokens(const PieceList& pieces, const PieceList::Part& part, std::int32_t word, Scratch& scratch, Encoding& out) const;

  std::unique_ptr<const FastModel> model_;
  AddedVocabulary added_;
  mutable std::mutex mutex_;
  mutable Settings settings_;
  mutable std::vector<std::unique_ptr<Scratch>> idle_;  // memory and word caches for the threads that come
};

}  // namespace albert
