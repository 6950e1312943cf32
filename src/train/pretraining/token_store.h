// A corpus as token ids: documents of sentences, written once and mapped afterwards.
//
// The file is a safetensors file of three tensors, so any tool can look into it:
//   tokens           [tokens]         u16, or u32 for vocabularies above 65,536
//   sentence_offsets [sentences + 1]  i64: sentence s is tokens sentence_offsets[s] ... sentence_offsets[s + 1] - 1
//   document_offsets [documents + 1]  i64: document d is sentences document_offsets[d] ... document_offsets[d + 1] - 1
// Its metadata names the vocabulary the ids belong to.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "albert/tensor.h"

namespace albert {

/// What the ids mean: stores of another vocabulary are refused.
struct TokenStoreVocabulary {
  std::int64_t size = 0;          ///< ids are below it
  std::uint64_t fingerprint = 0;  ///< of all pieces in order
};

class TokenStore {
 public:
  /// Maps a store and checks all of its offsets. Error{not_found|io|bad_data}; Error{value} when it was made with another
  /// vocabulary.
  static TokenStore open(const std::string& path, const TokenStoreVocabulary& vocabulary);

  [[nodiscard]] std::int64_t documents() const noexcept { return static_cast<std::int64_t>(documents_.size()) - 1; }
  [[nodiscard]] std::int64_t sentences() const noexcept { return static_cast<std::int64_t>(sentences_.size()) - 1; }
  [[nodiscard]] std::int64_t tokens() const noexcept { return sentences_.back(); }
  /// First sentence of document d; that of document d + 1 is its end.
  [[nodiscard]] std::int64_t first_sentence(std::int64_t document) const { return documents_[static_cast<std::size_t>(document)]; }
  /// Tokens of sentences first ... last - 1.
  [[nodiscard]] std::int64_t length(std::int64_t first, std::int64_t last) const {
    return sentences_[static_cast<std::size_t>(last)] - sentences_[static_cast<std::size_t>(first)];
  }
  /// Appends the ids of sentences first ... last - 1. Error{bad_data} for an id outside the vocabulary.
  void append(std::int64_t first, std::int64_t last, std::vector<std::int32_t>& ids) const;

 private:
  TokenStore() = default;
  std::string path_;
  std::int64_t vocabulary_ = 0;
  Tensor tokens_, sentence_tensor_, document_tensor_;  // keep the mapping
  std::span<const std::int64_t> sentences_, documents_;
};

/// Writes a store sentence by sentence in constant memory. The file appears whole on commit().
class TokenStoreWriter {
 public:
  /// Parts lie in temporary files in the folder of `path` until commit(). Error{io}.
  TokenStoreWriter(std::string path, const TokenStoreVocabulary& vocabulary);
  ~TokenStoreWriter();
  TokenStoreWriter(const TokenStoreWriter&) = delete;
  TokenStoreWriter& operator=(const TokenStoreWriter&) = delete;

  /// A sentence without tokens is left out. Error{io}; Error{index} for an id outside the vocabulary.
  void add_sentence(std::span<const std::int32_t> ids);
  /// Ends the document; one without sentences is left out.
  void end_document();
  void commit();

  [[nodiscard]] std::int64_t documents() const noexcept { return documents_; }
  [[nodiscard]] std::int64_t sentences() const noexcept { return sentences_; }
  [[nodiscard]] std::int64_t tokens() const noexcept { return tokens_; }

 private:
  struct Part;
  std::string path_;
  TokenStoreVocabulary vocabulary_;
  bool wide_ = false;
  std::int64_t documents_ = 0, sentences_ = 0, tokens_ = 0, ended_ = 0;
  std::unique_ptr<Part> token_part_, sentence_part_, document_part_;
};

}  // namespace albert
