#include "train/pretraining/token_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <map>

#include "albert/safetensors.h"
#include "base/check.h"
#include "base/file.h"

namespace albert {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
constexpr std::int64_t kMostNarrow = std::int64_t{1} << 16;

const Tensor& part_of(const TensorList& tensors, const std::string& path, std::string_view name) {
  for (const auto& [key, tensor] : tensors)
    if (key == name) return tensor;
  fail(ErrorCode::bad_data, "{}: no tensor '{}': expected a token store", path, name);
}

/// From 0 up to `end`, never less than the one before; strictly when nothing may be empty.
void check_offsets(std::span<const std::int64_t> offsets, std::int64_t end, const std::string& path, std::string_view name) {
  require(!offsets.empty() && offsets.front() == 0, ErrorCode::bad_data, "{}: {} do not begin at 0", path, name);
  for (std::size_t i = 1; i < offsets.size(); ++i)
    require(offsets[i] > offsets[i - 1], ErrorCode::bad_data, "{}: {}[{}] is {}, not above the one before, {}", path, name, i, offsets[i],
            offsets[i - 1]);
  require(offsets.back() == end, ErrorCode::bad_data, "{}: {} end at {}, expected {}", path, name, offsets.back(), end);
}

std::string fingerprint_text(const TokenStoreVocabulary& vocabulary) { return fmt::format("{:016x}", vocabulary.fingerprint); }

}  // namespace

TokenStore TokenStore::open(const std::string& path, const TokenStoreVocabulary& vocabulary) {
  std::map<std::string, std::string> metadata;
  const TensorList tensors = load_safetensors(path, &metadata);
  TokenStore store;
  store.path_ = path;
  store.vocabulary_ = vocabulary.size;
  store.tokens_ = part_of(tensors, path, "tokens");
  store.sentence_tensor_ = part_of(tensors, path, "sentence_offsets");
  store.document_tensor_ = part_of(tensors, path, "document_offsets");
  const DType dtype = store.tokens_.dtype();
  require(dtype == DType::u16 || dtype == DType::u32, ErrorCode::bad_data, "{}: tokens: expected uint16 or uint32, got {}", path,
          to_string(dtype));
  require(store.sentence_tensor_.dtype() == DType::i64 && store.document_tensor_.dtype() == DType::i64, ErrorCode::bad_data,
          "{}: offsets: expected int64", path);
  require(metadata["vocabulary"] == fingerprint_text(vocabulary), ErrorCode::value,
          "{}: its ids belong to another vocabulary ({}, expected {}): tokenise the text again", path, metadata["vocabulary"],
          fingerprint_text(vocabulary));
  store.sentences_ = store.sentence_tensor_.values<std::int64_t>();
  store.documents_ = store.document_tensor_.values<std::int64_t>();
  check_offsets(store.sentences_, store.tokens_.size(), path, "sentence_offsets");
  check_offsets(store.documents_, store.sentences(), path, "document_offsets");
  return store;
}

void TokenStore::append(std::int64_t first, std::int64_t last, std::vector<std::int32_t>& ids) const {
  const auto from = static_cast<std::size_t>(sentences_[static_cast<std::size_t>(first)]);
  const auto count = static_cast<std::size_t>(length(first, last));
  const auto take = [&](auto tokens) {
    for (const auto token : tokens.subspan(from, count)) {
      require(token < vocabulary_, ErrorCode::bad_data, "{}: token id {} is outside the vocabulary of {}", path_, token, vocabulary_);
      ids.push_back(static_cast<std::int32_t>(token));
    }
  };
  if (tokens_.dtype() == DType::u16) {
    take(tokens_.values<std::uint16_t>());
  } else {
    take(tokens_.values<std::uint32_t>());
  }
}

/// An anonymous file that grows, then a tensor that maps it.
struct TokenStoreWriter::Part {
  explicit Part(const std::string& folder) {
    std::string name = join_path(folder, "tokens.XXXXXX");
    file = ::mkstemp(name.data());
    require(file >= 0, ErrorCode::io, "cannot write in {}: {}", folder, std::strerror(errno));
    ::unlink(name.c_str());
    buffer.reserve(kBufferBytes + 64);
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  ~Part() { ::close(file); }

  template <class T>
  void append(T value) {
    const char* bytes = reinterpret_cast<const char*>(&value);
    buffer.insert(buffer.end(), bytes, bytes + sizeof value);
    if (buffer.size() >= kBufferBytes) flush();
  }

  void flush() {
    for (std::size_t written = 0; written < buffer.size();) {
      const ssize_t count = ::write(file, buffer.data() + written, buffer.size() - written);
      if (count < 0 && errno == EINTR) continue;
      require(count > 0, ErrorCode::io, "cannot write the token store: {}", std::strerror(errno));
      written += static_cast<std::size_t>(count);
    }
    size += buffer.size();
    buffer.clear();
  }

  Tensor tensor(DType dtype) {
    flush();
    const auto elements = static_cast<std::int64_t>(size / size_of(dtype));
    if (size == 0) return Tensor(dtype, {0});
    void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    require(mapping != MAP_FAILED, ErrorCode::io, "cannot map the token store: {}", std::strerror(errno));
    const std::size_t bytes = size;
    const std::shared_ptr<const void> owner(mapping, [bytes](const void* address) { ::munmap(const_cast<void*>(address), bytes); });
    return Tensor::view(dtype, {elements}, mapping, owner);
  }

  int file = -1;
  std::size_t size = 0;
  std::vector<char> buffer;
};

TokenStoreWriter::TokenStoreWriter(std::string path, const TokenStoreVocabulary& vocabulary)
    : path_(std::move(path)), vocabulary_(vocabulary), wide_(vocabulary.size > kMostNarrow) {
  const std::string parent = std::filesystem::path(path_).parent_path().string();
  const std::string folder = parent.empty() ? "." : parent;
  token_part_ = std::make_unique<Part>(folder);
  sentence_part_ = std::make_unique<Part>(folder);
  document_part_ = std::make_unique<Part>(folder);
  sentence_part_->append(std::int64_t{0});
  document_part_->append(std::int64_t{0});
}

TokenStoreWriter::~TokenStoreWriter() = default;

void TokenStoreWriter::add_sentence(std::span<const std::int32_t> ids) {
  if (ids.empty()) return;
  for (const std::int32_t id : ids) {
    require(id >= 0 && id < vocabulary_.size, ErrorCode::index, "token id {} is outside the vocabulary of {}", id, vocabulary_.size);
    if (wide_) {
      token_part_->append(static_cast<std::uint32_t>(id));
    } else {
      token_part_->append(static_cast<std::uint16_t>(id));
    }
  }
  tokens_ += static_cast<std::int64_t>(ids.size());
  ++sentences_;
  sentence_part_->append(tokens_);
}

void TokenStoreWriter::end_document() {
  if (sentences_ == ended_) return;
  ended_ = sentences_;
  ++documents_;
  document_part_->append(sentences_);
}

void TokenStoreWriter::commit() {
  end_document();
  save_safetensors(path_,
                   {{"tokens", token_part_->tensor(wide_ ? DType::u32 : DType::u16)},
                    {"sentence_offsets", sentence_part_->tensor(DType::i64)},
                    {"document_offsets", document_part_->tensor(DType::i64)}},
                   {{"format", "albert token store"}, {"vocabulary", fingerprint_text(vocabulary_)}});
}

}  // namespace albert
