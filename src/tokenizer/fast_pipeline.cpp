#include "tokenizer/fast_pipeline.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "tokenizer/utf8.h"
#include "tokenizer/word_cache.h"

namespace albert {

struct FastPipeline::Scratch {
  std::u32string raw;
  NormalizedString work;
  PieceList pieces, spare;
  AddedVocabulary::Workspace raw_cuts, normalized_cuts;
  FastModel::Workspace workspace;
  std::vector<FastModel::Token> tokens;
  std::vector<WordCache::Token> word_tokens;
  std::vector<std::uint32_t> character_at;  // by byte of the pre-token
  std::string bytes;
  WordCache cache;
};

// Takes a scratch for the duration of a call. One that a huge text has made huge is not kept.
class FastPipeline::Lease {
 public:
  explicit Lease(const FastPipeline& owner) : owner_(owner) {
    const std::lock_guard lock(owner.mutex_);
    if (owner.idle_.empty()) return;
    scratch_ = std::move(owner.idle_.back());
    owner.idle_.pop_back();
  }
  ~Lease() {
    if (!scratch_ || scratch_->raw.capacity() > (std::size_t{1} << 20)) return;
    const std::lock_guard lock(owner_.mutex_);
    owner_.idle_.push_back(std::move(scratch_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  Scratch& get() {
    if (!scratch_) scratch_ = std::make_unique<Scratch>();
    return *scratch_;
  }

 private:
  const FastPipeline& owner_;
  std::unique_ptr<Scratch> scratch_;
};

FastPipeline::FastPipeline(std::unique_ptr<const FastModel> model) : model_(std::move(model)) {}
FastPipeline::~FastPipeline() = default;

std::int64_t FastPipeline::add_tokens(std::span<const AddedToken> tokens) { return added_.add(tokens, *model_, normalizer.get()); }

void FastPipeline::keep_settings(const Settings& settings) const {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
}

FastPipeline::Settings FastPipeline::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

Encoding FastPipeline::encode(const SequenceInput& input) const {
  Lease lease(*this);
  Encoding out;
  if (input.is_split_into_words) {
    require(input.words.size() < (std::size_t{1} << 31), ErrorCode::value, "too many words");
    for (std::size_t i = 0; i < input.words.size(); ++i) encode_text(input.words[i], static_cast<std::int32_t>(i), lease.get(), out);
  } else {
    const std::size_t guess = input.text.size() / 4 + 4;
    out.input_ids.reserve(guess);
    out.tokens.reserve(guess);
    out.offsets.reserve(guess);
    out.word_ids.reserve(guess);
    encode_text(input.text, -1, lease.get(), out);
  }
  out.token_type_ids.assign(out.size(), 0);
  out.sequence_ids.assign(out.size(), 0);
  out.attention_mask.assign(out.size(), 1);
  out.special_tokens_mask.assign(out.size(), 0);
  return out;
}

// Fills scratch.pieces: added tokens, and between them what is left to pre-tokenise.
void FastPipeline::cut_and_normalize(std::string_view text, Scratch& scratch) const {
  require(text.size() < (std::size_t{1} << 31), ErrorCode::resource, "a text of {} bytes is too long", text.size());
  auto& [raw, work, pieces, spare, raw_cuts, normalized_cuts, workspace, tokens, word_tokens, character_at, bytes, cache] = scratch;
  raw.clear();
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<std::uint8_t>(text[i]);
    if (first < 0x80) {
      raw.push_back(first);
      ++i;
      continue;
    }
    const auto decoded = decode_utf8(text, i);
    raw.push_back(decoded.code);
    i += decoded.length;
  }
  require(raw.size() <= NormalizedString::max_characters, ErrorCode::resource, "a text of {} characters is more than {}", raw.size(),
          NormalizedString::max_characters);
  pieces.clear();
  for (const auto& raw_cut : added_.cut_raw(raw, raw_cuts)) {
    work.assign(std::u32string_view(raw).substr(raw_cut.begin, raw_cut.end - raw_cut.begin), static_cast<std::uint32_t>(raw_cut.begin));
    if (raw_cut.token_id != PieceList::no_token) {
      const std::size_t begin = pieces.size();
      pieces.append(work, 0, work.size());
      pieces.close_part(begin, raw_cut.token_id);
      continue;
    }
    if (normalizer) normalizer->normalize(work);
    for (const auto& cut : added_.cut_normalized(work.text(), normalized_cuts)) {
      const std::size_t begin = pieces.size();
      pieces.append(work, cut.begin, cut.end);
      pieces.close_part(begin, cut.token_id);
    }
  }
}

void FastPipeline::encode_text(std::string_view text, std::int32_t word, Scratch& scratch, Encoding& out) const {
  cut_and_normalize(text, scratch);
  if (pre_tokenizer) pre_tokenizer->apply(scratch.pieces, scratch.spare);
  const PieceList& pieces = scratch.pieces;
  std::int32_t index = 0;
  for (const auto& part : pieces.parts()) push_tokens(pieces, part, word >= 0 ? word : index++, scratch, out);
}

void FastPipeline::push_tokens(const PieceList& pieces, const PieceList::Part& part, std::int32_t word, Scratch& scratch,
                               Encoding& out) const {
  const auto text = pieces.text(part);
  const Offsets* spans = pieces.spans(part);
  const auto push = [&](std::uint32_t id, std::size_t begin, std::size_t end, bool is_entry) {
    out.input_ids.push_back(static_cast<std::int32_t>(id));
    if (is_entry)
      out.tokens.emplace_back(*model_->find_id(id));
    else
      out.tokens.push_back(to_utf8(text.substr(begin, end - begin)));
    out.offsets.push_back({spans[begin].start, spans[end - 1].end});
    out.word_ids.push_back(word);
  };
  if (part.token_id != PieceList::no_token) {
    push(static_cast<std::uint32_t>(part.token_id), 0, text.size(), false);
    return;
  }
  const bool cacheable = text.size() <= WordCache::max_word;
  if (cacheable) {
    if (const auto* known = scratch.cache.find(text)) {
      for (const auto& token : *known) push(token.id, token.begin, token.end, token.is_entry);
      return;
    }
  }
  scratch.bytes.clear();
  scratch.character_at.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    append_utf8(scratch.bytes, text[i]);
    scratch.character_at.resize(scratch.bytes.size(), static_cast<std::uint32_t>(i));
  }
  scratch.character_at.push_back(static_cast<std::uint32_t>(text.size()));
  scratch.tokens.clear();
  model_->segment(scratch.bytes, scratch.workspace, scratch.tokens);
  scratch.word_tokens.clear();
  for (const auto& token : scratch.tokens) {
    scratch.word_tokens.push_back({token.id, scratch.character_at[token.begin], scratch.character_at[token.end], token.is_entry});
    push(token.id, scratch.word_tokens.back().begin, scratch.word_tokens.back().end, token.is_entry);
  }
  if (cacheable) scratch.cache.insert(text, scratch.word_tokens);
}

Encoding FastPipeline::finish(Encoding first, Encoding* second, bool add_special_tokens, const std::optional<Truncation>& how,
                              bool keep_overflow) const {
  if (how) {
    Truncation effective = *how;
    // Unsigned on purpose: a maximum below the number of specials wraps around and truncates nothing, as in the reference.
    if (add_special_tokens) effective.max_length -= num_special_tokens(second != nullptr);
    truncate_encodings(first, second, effective, keep_overflow);
  }
  return post_processor ? post_processor->apply(std::move(first), second, add_special_tokens)
                        : join_without_template(std::move(first), second);
}

std::string FastPipeline::decode(std::span<const std::int32_t> ids, bool skip_special_tokens) const {
  std::string text;
  bool is_first = true;
  for (const std::int32_t id : ids) {
    require(id >= 0, ErrorCode::value, "token id {} is negative", id);
    const auto token = find_id(static_cast<std::uint32_t>(id));
    if (!token || (skip_special_tokens && added_.is_special(*token))) continue;
    if (decoder) {
      decoder->append(*token, is_first, text);
    } else {
      if (!is_first) text += ' ';
      text += *token;
    }
    is_first = false;
  }
  return text;
}

std::string FastPipeline::join_tokens(std::span<const std::string> tokens) const {
  require(decoder != nullptr, ErrorCode::value, "this tokenizer has no decoder");
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) decoder->append(tokens[i], i == 0, text);
  return text;
}

std::optional<std::uint32_t> FastPipeline::find_token(std::string_view text) const {
  if (const auto id = added_.find(text)) return id;
  return model_->find(text);
}

std::optional<std::string_view> FastPipeline::find_id(std::uint32_t id) const {
  if (const AddedToken* token = added_.find(id)) return token->content;
  return model_->find_id(id);
}

}  // namespace albert
