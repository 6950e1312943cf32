#include "tokenizer/decoders.h"

#include "tokenizer/clean_up.h"
#include "tokenizer/pretty_json.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

class MetaspaceDecoder final : public Decoder {
 public:
  MetaspaceDecoder(char32_t replacement, bool prefix) : prefix_(prefix) { append_utf8(replacement_, replacement); }

  void append(std::string_view token, bool is_first, std::string& text) const override {
    std::size_t done = 0;
    for (std::size_t at = token.find(replacement_); at != token.npos; at = token.find(replacement_, done)) {
      text.append(token, done, at - done);
      if (!is_first || !prefix_) text += ' ';
      done = at + replacement_.size();
    }
    text.append(token, done);
  }

  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "Metaspace");
    out.member("replacement", replacement_);
    out.member("add_prefix_space", prefix_);
    out.end_object();
  }

 private:
  std::string replacement_;
  bool prefix_;
};

class WordPieceDecoder final : public Decoder {
 public:
  WordPieceDecoder(std::string_view prefix, bool clean_up) : prefix_(prefix), clean_up_(clean_up) {}

  void append(std::string_view token, bool is_first, std::string& text) const override {
    std::string piece;
    if (!is_first && token.starts_with(prefix_)) {
      token.remove_prefix(prefix_.size());
    } else if (!is_first) {
      piece = ' ';
    }
    piece += token;
    text += clean_up_ ? clean_up_tokenization(std::move(piece), CleanUp::with_do_not) : piece;
  }

  void write(PrettyJson& out) const override {
    out.begin_object();
    out.member("type", "WordPiece");
    out.member("prefix", prefix_);
    out.member("cleanup", clean_up_);
    out.end_object();
  }

 private:
  std::string prefix_;
  bool clean_up_;
};

}  // namespace

DecoderPointer make_metaspace_decoder(char32_t replacement, bool prefix) { return std::make_unique<MetaspaceDecoder>(replacement, prefix); }
DecoderPointer make_wordpiece_decoder(std::string_view prefix, bool clean_up) {
  return std::make_unique<WordPieceDecoder>(prefix, clean_up);
}

}  // namespace albert
