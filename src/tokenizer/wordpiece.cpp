#include "tokenizer/wordpiece.h"

#include "base/check.h"
#include "tokenizer/pretty_json.h"
#include "tokenizer/utf8.h"

namespace albert {

WordPieceModel::WordPieceModel(WordPieceVocabulary vocabulary, std::string unk_token, std::uint64_t max_characters)
    : vocabulary_(std::move(vocabulary)),
      unk_token_(std::move(unk_token)),
      unk_id_(vocabulary_.find(unk_token_)),
      max_characters_(max_characters) {}

void WordPieceModel::segment(std::string_view text, Workspace&, std::vector<Token>& tokens) const {
  const std::size_t first = tokens.size();
  const auto push = [&](std::uint32_t id, std::size_t begin, std::size_t end) {
    tokens.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), true});
  };
  if (count_characters(text) <= max_characters_ && vocabulary_.cut(text, push)) return;
  tokens.resize(first);
  require(unk_id_.has_value(), ErrorCode::value, "WordPiece: \"{}\" is unknown, and the unknown token \"{}\" is not in the vocabulary",
          text, unk_token_);
  push(*unk_id_, 0, text.size());
}

void WordPieceModel::write(PrettyJson& out) const {
  out.begin_object();
  out.member("type", "WordPiece");
  out.member("unk_token", unk_token_);
  out.member("continuing_subword_prefix", vocabulary_.prefix());
  out.member("max_input_chars_per_word", max_characters_);
  out.key("vocab");
  out.begin_object();
  vocabulary_.for_each([&](std::string_view text, std::uint32_t id) {
    out.key(text);
    out.value(std::uint64_t{id});
  });
  out.end_object();
  out.end_object();
}

}  // namespace albert
