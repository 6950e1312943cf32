#include <utility>

#include "albert/pretraining.h"
#include "base/check.h"
#include "train/pretraining/documents.h"
#include "train/pretraining/token_store.h"
#include "train/pretraining/vocabulary.h"

namespace albert {
namespace {

/// Sentences that are tokenised together.
constexpr std::size_t kBatch = 8192;
constexpr std::size_t kBatchBytes = std::size_t{4} << 20;

/// Collects sentences, tokenises many at once, and writes them in order.
class Tokenising {
 public:
  Tokenising(const Tokenizer& tokenizer, TokenStoreWriter& writer, int threads)
      : tokenizer_(tokenizer), writer_(writer), threads_(threads) {
    plain_.add_special_tokens = false;
    plain_.verbose = false;
  }

  void add(std::string&& sentence) {
    bytes_ += sentence.size();
    sentences_.push_back({std::move(sentence), std::nullopt});
    if (sentences_.size() >= kBatch || bytes_ >= kBatchBytes) flush();
  }

  void end_document() { ends_.push_back(sentences_.size()); }

  void flush() {
    const auto encodings = tokenizer_.encode_batch(std::span<const TextInput>(sentences_), plain_, threads_);
    std::size_t end = 0;
    const auto end_documents = [&](std::size_t before) {
      for (; end < ends_.size() && ends_[end] == before; ++end) writer_.end_document();
    };
    for (std::size_t i = 0; i < encodings.size(); ++i) {
      end_documents(i);
      writer_.add_sentence(encodings[i].input_ids);
    }
    end_documents(encodings.size());
    sentences_.clear();
    ends_.clear();
    bytes_ = 0;
  }

 private:
  const Tokenizer& tokenizer_;
  TokenStoreWriter& writer_;
  int threads_;
  CallOptions plain_;
  std::vector<TextInput> sentences_;
  std::vector<std::size_t> ends_;  ///< documents end before these sentences
  std::size_t bytes_ = 0;
};

}  // namespace

TokenStoreStatistics build_token_store(std::span<const std::string> texts, const Tokenizer& tokenizer, const std::string& path,
                                       const TokenStoreOptions& options) {
  constexpr std::uint64_t kReport = std::uint64_t{1} << 20;
  TokenStoreWriter writer(path, store_vocabulary(tokenizer));
  Tokenising tokenising(tokenizer, writer, options.threads);
  TokenStoreStatistics statistics;
  std::uint64_t unreported = 0;
  const auto counted = [&] {
    statistics.documents = writer.documents();
    statistics.sentences = writer.sentences();
    statistics.tokens = writer.tokens();
  };
  const SentenceSink sink{[&](std::string&& sentence) { tokenising.add(std::move(sentence)); }, [&] { tokenising.end_document(); },
                          [&](std::uint64_t bytes) {
                            statistics.bytes += bytes;
                            unreported += bytes;
                            if (unreported < kReport || !options.observer) return;
                            unreported = 0;
                            counted();
                            require(!options.observer(statistics), ErrorCode::interrupted, "interrupted while the text was tokenised");
                          }};
  const auto files = text_files(texts);
  for (const auto& file : files) {
    read_documents(file, options.format, options.text_field, sink);
    ++statistics.files;
  }
  tokenising.flush();
  require(writer.tokens() > 0, ErrorCode::value, "there is no text to train on in {} file(s)", files.size());
  writer.commit();
  counted();
  return statistics;
}

}  // namespace albert
