#include "tokenizer/sentencepiece.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

constexpr std::string_view space_symbol = "\xE2\x96\x81";  // U+2581
// Bounds of one text, whatever the character map and the vocabulary are: a few hundred MB.
constexpr std::size_t max_normalized = std::size_t{1} << 27;
constexpr std::size_t max_pieces = std::size_t{1} << 24;

// The best way to reach one byte position of the normalised text.
struct Node {
  float score = 0;
  std::int32_t id = -1;
  std::uint32_t length = 0;  // of the last piece; 0: not reached
};

// NN of "<0xNN>".
int byte_value(std::string_view piece) {
  int value = -1;
  if (piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with(">")) std::from_chars(piece.data() + 3, piece.data() + 5, value, 16);
  return value;
}

}  // namespace

SentencePieceProcessor::SentencePieceProcessor(std::shared_ptr<const SentencePieceModel> model, const SentencePieceOptions& options)
    : model_(std::move(model)), options_(options), character_map_(model_->precompiled_charsmap) {
  require(model_->model_type == 1, ErrorCode::not_implemented, "{}: a SentencePiece model of type {} (1, unigram, is supported)",
          model_->file->name(), model_->model_type);
  const auto& pieces = model_->pieces;
  std::vector<PieceTrie::Entry> entries, user_defined;
  entries.reserve(pieces.size());
  scores_.reserve(pieces.size());
  is_user_defined_.resize(pieces.size());
  is_unused_.resize(pieces.size());
  max_score_ = std::numeric_limits<float>::min();
  float min_score = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    scores_.push_back(piece.score);
    is_user_defined_[i] = piece.type == PieceType::user_defined;
    is_unused_[i] = piece.type == PieceType::unused;
    if (piece.type == PieceType::normal) {
      max_score_ = std::max(max_score_, piece.score);
      min_score = std::min(min_score, piece.score);
    }
    if (piece.type == PieceType::unknown) unknown_id_ = static_cast<std::int32_t>(i);
    if (is_user_defined_[i]) user_defined.emplace_back(piece.text, static_cast<std::uint32_t>(i));
    if (piece.type == PieceType::normal || is_user_defined_[i] || is_unused_[i])
      entries.emplace_back(piece.text, static_cast<std::uint32_t>(i));
    else
      reserved_.emplace(piece.text, static_cast<std::int32_t>(i));
  }
  unknown_score_ = min_score - 10.0f;
  pieces_ = PieceTrie(std::move(entries));
  user_defined_ = PieceTrie(std::move(user_defined));
  for (const auto& [text, id] : reserved_)
    if (pieces[static_cast<std::size_t>(id)].type == PieceType::byte)
      require(model_->byte_fallback && byte_value(text) >= 0, ErrorCode::bad_data, "{}: the byte piece {:?} is not allowed here",
              model_->file->name(), text);
  if (model_->byte_fallback) {
    for (int byte = 0; byte < 256; ++byte) {
      const auto id = find(fmt::format("<0x{:02X}>", byte));
      require(id.has_value(), ErrorCode::bad_data, "{}: byte_fallback is on but there is no piece <0x{:02X}>", model_->file->name(), byte);
      byte_ids_.push_back(*id);
    }
  }
}

std::optional<std::int32_t> SentencePieceProcessor::find(std::string_view piece) const {
  if (const auto found = reserved_.find(piece); found != reserved_.end()) return found->second;
  const std::uint32_t id = pieces_.find(piece);
  if (id == PieceTrie::none) return std::nullopt;
  return static_cast<std::int32_t>(id);
}

SentencePieceProcessor::Prefix SentencePieceProcessor::normalize_prefix(std::string_view text) const {
  if (const auto [length, id] = user_defined_.longest_prefix(text); length != 0) return {text.substr(0, length), length};
  if (const auto match = character_map_.longest(text); match.length != 0) return {match.replacement, match.length};
  const std::size_t length = std::min(utf8_length(text[0]), text.size());
  return {text.substr(0, length), length};
}

std::string SentencePieceProcessor::normalize(std::string_view text) const {
  const bool removes_spaces = model_->remove_extra_whitespaces;
  const std::string_view space = model_->escape_whitespaces ? space_symbol : " ";
  std::string out;
  if (removes_spaces) {
    while (!text.empty()) {
      const Prefix prefix = normalize_prefix(text);
      if (prefix.text != " ") break;
      text.remove_prefix(prefix.length);
    }
  }
  if (text.empty()) return out;
  out.reserve(text.size() + text.size() / 2 + 8);
  if (model_->add_dummy_prefix && !model_->treat_whitespace_as_suffix) out += space;
  bool after_space = removes_spaces;
  while (!text.empty()) {
    const Prefix prefix = normalize_prefix(text);
    text.remove_prefix(prefix.length);
    std::string_view piece = prefix.text;
    while (after_space && piece.starts_with(' ')) piece.remove_prefix(1);
    if (!piece.empty()) {
      std::size_t done = 0;
      for (std::size_t hit = piece.find(' '); hit != std::string_view::npos; hit = piece.find(' ', done)) {
        out.append(piece, done, hit - done).append(space);
        done = hit + 1;
      }
      out.append(piece, done);
      after_space = removes_spaces && piece.ends_with(' ');
    }
    require(out.size() <= max_normalized, ErrorCode::resource, "a text grows beyond 128 MiB when it is normalised");
  }
  if (removes_spaces)
    while (out.ends_with(space)) out.resize(out.size() - space.size());
  if (model_->add_dummy_prefix && model_->treat_whitespace_as_suffix) out += space;
  return out;
}

void SentencePieceProcessor::append(std::string_view text, std::int32_t id, bool& after_unknown, std::vector<EncodedPiece>& pieces) const {
  const bool is_unknown = id == unknown_id_;
  if (is_unknown && model_->byte_fallback) {
    for (const char byte : text) {
      const std::int32_t byte_id = byte_ids_[static_cast<std::uint8_t>(byte)];
      pieces.push_back({std::string(id_to_piece(byte_id)), byte_id});
    }
  } else if (is_unknown && after_unknown) {
    pieces.back().text += text;
  } else {
    pieces.push_back({std::string(text), id});
  }
  after_unknown = is_unknown;
}

void SentencePieceProcessor::encode_best(std::string_view raw, std::vector<EncodedPiece>& pieces) const {
  const std::string normalized = normalize(raw);
  const std::string_view text = normalized;
  // The text is solved in segments: where no piece reaches across a position, every path goes through it, so the best
  // path up to there is settled (its score goes on). That keeps the nodes of a long text few and in the cache.
  std::vector<Node> nodes(1);
  std::vector<std::pair<std::uint32_t, std::int32_t>> path;  // length and id, from the end
  std::size_t segment = 0, reach = 0, start = 0;
  bool after_unknown = false;
  const auto flush = [&] {
    path.clear();
    for (std::size_t at = start - segment; at != 0; at -= nodes[at].length) path.emplace_back(nodes[at].length, nodes[at].id);
    std::size_t position = segment;
    for (auto step = path.rbegin(); step != path.rend(); ++step) {
      const auto [length, id] = *step;
      append(text.substr(position, length), id, after_unknown, pieces);
      position += length;
    }
    require(pieces.size() <= max_pieces, ErrorCode::resource, "a text has more than 16 million tokens");
    const float score = nodes[start - segment].score;
    nodes.assign(1, Node{.score = score});
    segment = start;
  };
  const auto offer = [&](std::size_t length, std::int32_t id, double score) {
    const std::size_t end = start + length;
    reach = std::max(reach, end);
    if (nodes.size() <= end - segment) nodes.resize(end - segment + 1);
    Node& node = nodes[end - segment];
    if (node.length != 0 && !(score > static_cast<double>(node.score))) return;
    node = {static_cast<float>(score), id, static_cast<std::uint32_t>(length)};
  };
  while (start < text.size()) {
    if (start == reach && start != segment) flush();
    const float before = nodes[start - segment].score;
    const std::size_t character = std::min(utf8_length(text[start]), text.size() - start);
    bool has_single = false;
    pieces_.for_each_prefix(text.substr(start), [&](std::size_t length, std::uint32_t id) {
      if (is_unused_[id]) return;
      const double score =
          is_user_defined_[id] ? static_cast<double>(static_cast<float>(length) * max_score_) - 0.1 : static_cast<double>(scores_[id]);
      offer(length, static_cast<std::int32_t>(id), score + static_cast<double>(before));
      has_single = has_single || length == character;
    });
    if (!has_single) offer(character, unknown_id_, static_cast<double>(unknown_score_ + before));
    start += character;
  }
  if (start != 0) flush();
}

void SentencePieceProcessor::encode(std::string_view text, UniformSequence& random, std::vector<EncodedPiece>& pieces) const {
  options_.check();
  const std::size_t first = pieces.size();
  if (options_.enable_sampling)
    append_sample(normalize(text), random, pieces);
  else
    encode_best(text, pieces);
  rewrite(pieces, first);
}

std::vector<SentencePieceProcessor::ScoredPieces> SentencePieceProcessor::encode_n_best(std::string_view text, std::int64_t count) const {
  const std::string normalized = normalize(text);
  const Lattice paths = lattice(normalized);
  std::vector<ScoredPieces> results;
  if (count <= 1) {
    // As in SentencePiece, Viterbi's choice among equals; the score of that path, where SentencePiece says 0.
    ScoredPieces& best = results.emplace_back(ScoredPieces{{}, paths.best().score});
    encode_best(text, best.pieces);
    rewrite(best.pieces, 0);
    return results;
  }
  constexpr std::int64_t most = 1024;
  for (const Lattice::Path& path : paths.n_best(static_cast<std::size_t>(std::min(count, most)))) {
    ScoredPieces& result = results.emplace_back(ScoredPieces{{}, path.score});
    append_path(normalized, path.nodes, result.pieces);
    rewrite(result.pieces, 0);
  }
  return results;
}

Lattice SentencePieceProcessor::lattice(std::string_view text) const {
  std::vector<Lattice::Node> nodes;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t character = std::min(utf8_length(text[start]), text.size() - start);
    const auto add = [&](std::size_t length, std::int32_t id, float score) {
      nodes.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(start + length), id, score});
    };
    bool has_single = false;
    pieces_.for_each_prefix(text.substr(start), [&](std::size_t length, std::uint32_t id) {
      if (is_unused_[id]) return;
      float score = scores_[id];
      // Unlike Viterbi's, this bonus counts characters.
      if (is_user_defined_[id])
        score =
            static_cast<float>(static_cast<double>(static_cast<float>(count_characters(text.substr(start, length))) * max_score_) - 0.1);
      add(length, static_cast<std::int32_t>(id), score);
      has_single = has_single || length == character;
    });
    if (!has_single) add(character, unknown_id_, unknown_score_);
    constexpr std::size_t most = std::size_t{1} << 24;
    require(nodes.size() <= most, ErrorCode::resource, "the lattice of a text has more than {} nodes", most);
    start += character;
  }
  return {text.size(), std::move(nodes)};
}

void SentencePieceProcessor::append_path(std::string_view text, std::span<const Lattice::Node> path,
                                         std::vector<EncodedPiece>& pieces) const {
  bool after_unknown = false;
  for (const Lattice::Node& node : path) append(text.substr(node.begin, node.end - node.begin), node.id, after_unknown, pieces);
}

void SentencePieceProcessor::append_sample(std::string_view text, UniformSequence& random, std::vector<EncodedPiece>& pieces) const {
  const Lattice lattice = this->lattice(text);
  const double alpha = static_cast<double>(static_cast<float>(*options_.alpha));
  if (*options_.nbest_size < 0) {
    append_path(text, lattice.sample(alpha, random), pieces);
    return;
  }
  const std::vector<Lattice::Path> paths = lattice.n_best(static_cast<std::size_t>(*options_.nbest_size));
  std::vector<double> weights;
  double highest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (const Lattice::Path& path : paths) highest = std::max(highest, alpha * static_cast<double>(path.score));
  for (const Lattice::Path& path : paths) sum += weights.emplace_back(std::exp(alpha * static_cast<double>(path.score) - highest));
  double left = random.next() * sum;
  std::size_t chosen = 0;
  while (chosen + 1 < paths.size() && (left -= weights[chosen]) >= 0) ++chosen;
  append_path(text, paths[chosen].nodes, pieces);
}

void SentencePieceProcessor::rewrite(std::vector<EncodedPiece>& pieces, std::size_t first) const {
  const auto begin = pieces.begin() + static_cast<std::ptrdiff_t>(first);
  if (options_.reverse) std::reverse(begin, pieces.end());
  const auto control = [&](std::string_view argument, const std::string& text) {
    const auto id = find(text);
    require(id && model_->pieces[static_cast<std::size_t>(*id)].type == PieceType::control, ErrorCode::value,
            "sp_model_kwargs: {} is on but {} has no control piece {:?}", argument, model_->file->name(), text);
    return EncodedPiece{text, *id};
  };
  if (options_.add_bos) pieces.insert(begin, control("add_bos", model_->bos_piece));
  if (options_.add_eos) pieces.push_back(control("add_eos", model_->eos_piece));
  if (!options_.emit_unk_piece) return;
  for (std::size_t i = first; i < pieces.size(); ++i)
    if (piece_to_id(pieces[i].text) == unknown_id_) pieces[i].text = id_to_piece(unknown_id_);
}

std::string SentencePieceProcessor::decode(std::span<const std::string_view> pieces) const {
  std::string out, bytes;
  bool at_start = true;  // a space symbol here is the dummy prefix
  const auto flush_bytes = [&] {
    // Each byte that is no part of a character becomes one U+FFFD.
    for (std::size_t i = 0; i < bytes.size();) {
      const DecodedCharacter character = decode_utf8(bytes, i);
      append_utf8(out, character.code);
      i += character.valid ? character.length : 1;
    }
    bytes.clear();
  };
  for (std::string_view piece : pieces) {
    const std::int32_t id = piece_to_id(piece);
    const PieceType type = model_->pieces[static_cast<std::size_t>(id)].type;
    if (type == PieceType::byte) {
      bytes += static_cast<char>(byte_value(piece));
      continue;
    }
    flush_bytes();
    if (type == PieceType::control) continue;
    if (type == PieceType::unknown) {
      out += piece == id_to_piece(unknown_id_) ? std::string_view(model_->unk_surface) : piece;
      continue;
    }
    if (at_start && out.empty() && (model_->add_dummy_prefix || model_->remove_extra_whitespaces) && piece.starts_with(space_symbol)) {
      piece.remove_prefix(space_symbol.size());
      at_start = model_->remove_extra_whitespaces;
    }
    while (!piece.empty()) {
      const std::size_t hit = piece.find(space_symbol);
      out += piece.substr(0, hit);
      if (hit == std::string_view::npos) break;
      out += ' ';
      piece.remove_prefix(hit + space_symbol.size());
    }
  }
  flush_bytes();
  return out;
}

}  // namespace albert
