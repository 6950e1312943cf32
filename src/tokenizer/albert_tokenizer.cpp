// AlbertTokenizer: SentencePiece behind Python-side clean-up, and numbers kept apart from commas.
#include <algorithm>
#include <filesystem>
#include <random>

#include "albert/tokenizer.h"
#include "albert/tokenizer_training.h"
#include "base/check.h"
#include "tokenizer/clean_up.h"
#include "tokenizer/python_string.h"
#include "tokenizer/sentencepiece.h"
#include "tokenizer/slow_model.h"
#include "tokenizer/tokenizer_state.h"
#include "tokenizer/unicode.h"
#include "tokenizer/utf8.h"

namespace albert {
namespace {

constexpr std::string_view space_symbol = "\xE2\x96\x81";  // U+2581

// A number's last digit and a comma.
bool ends_with_digit_and_comma(std::string_view piece) {
  if (piece.size() < 2 || piece.back() != ',') return false;
  std::size_t start = piece.size() - 2;
  while (start > 0 && (static_cast<std::uint8_t>(piece[start]) & 0xC0) == 0x80) --start;
  return is_python_digit(decode_utf8(piece, start).code);
}

class AlbertModel final : public SlowModel {
 public:
  AlbertModel(std::shared_ptr<const MappedFile> file, const Json& arguments)
      : sentencepiece_(SentencePieceModel::parse(file), SentencePieceOptions::from_json(*arguments.find("sp_model_kwargs"))),
        file_(std::move(file)),
        do_lower_case_(bool_argument(arguments, "do_lower_case", true)),
        remove_space_(bool_argument(arguments, "remove_space", true)),
        keep_accents_(bool_argument(arguments, "keep_accents", false)) {}

  [[nodiscard]] bool lowers_case() const noexcept override { return do_lower_case_; }

  /// What SentencePiece gets to see of a text (the reference's preprocess_text).
  [[nodiscard]] std::string preprocess(std::string_view part) const {
    return preprocess_albert_text(part, {.do_lower_case = do_lower_case_, .remove_space = remove_space_, .keep_accents = keep_accents_});
  }

  [[nodiscard]] const SentencePieceProcessor& sentencepiece() const noexcept { return sentencepiece_; }

  void tokenize(std::string_view part, UniformSequence& random, std::vector<TokenAndId>& out) const override {
    const std::size_t first = out.size();
    sentencepiece_.encode(preprocess(part), random, out);
    const bool has_numbers = std::any_of(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                                         [](const TokenAndId& token) { return ends_with_digit_and_comma(token.text); });
    if (!has_numbers) return;
    std::vector<TokenAndId> pieces(std::make_move_iterator(out.begin() + static_cast<std::ptrdiff_t>(first)),
                                   std::make_move_iterator(out.end()));
    out.resize(first);
    for (TokenAndId& piece : pieces) {
      if (ends_with_digit_and_comma(piece.text))
        split_number_from_comma(piece.text, random, out);
      else
        out.push_back(std::move(piece));
    }
  }

  [[nodiscard]] std::string join(std::span<const std::string> tokens) const override {
    std::string out;
    std::vector<std::string_view> pending;
    bool after_special = false;
    for (const std::string& token : tokens) {
      if (std::find(special_tokens_.begin(), special_tokens_.end(), token) == special_tokens_.end()) {
        pending.push_back(token);
        after_special = false;
        continue;
      }
      if (!after_special) out += ' ';  // before the pending pieces: the reference's order
      out += sentencepiece_.decode(pending);
      out += token;
      pending.clear();
      after_special = true;
    }
    out += sentencepiece_.decode(pending);
    return std::string(python_strip(out));
  }

  [[nodiscard]] std::int64_t size() const noexcept override { return sentencepiece_.size(); }
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view text) const override { return sentencepiece_.find(text); }
  [[nodiscard]] std::int32_t unknown_id() const noexcept override { return sentencepiece_.unknown_id(); }
  [[nodiscard]] std::string_view text_of(std::int32_t id) const override {
    require(id >= 0 && id < sentencepiece_.size(), ErrorCode::index, "token id {} is out of range: the vocabulary has {} pieces", id,
            sentencepiece_.size());
    return sentencepiece_.id_to_piece(id);
  }
  [[nodiscard]] std::optional<std::string_view> entry_hidden_by(std::int32_t added_id) const override {
    if (added_id >= sentencepiece_.size()) return std::nullopt;
    return sentencepiece_.id_to_piece(added_id);
  }

  void set_special_tokens(const TokenizerState& state) override {
    special_tokens_.clear();
    for (RoleToken& token : state.all_special_tokens()) special_tokens_.push_back(std::move(token.token.content));
  }

  [[nodiscard]] std::string save_vocabulary(const std::string& directory, const std::string& prefix) const override {
    std::string path = join_path(directory, prefix + "spiece.model");
    std::error_code ignored;
    if (!std::filesystem::equivalent(path, file_->name(), ignored)) write_file(path, file_->text());
    return path;
  }

 private:
  void split_number_from_comma(std::string_view piece, UniformSequence& random, std::vector<TokenAndId>& out) const {
    const std::string number = replace_all(std::string(piece.substr(0, piece.size() - 1)), space_symbol, "");
    const std::size_t first = out.size();
    sentencepiece_.encode(number, random, out);
    if (!piece.starts_with(space_symbol) && out.size() > first && out[first].text.starts_with(space_symbol)) {
      if (out[first].text == space_symbol)
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(first));
      else
        out[first].text.erase(0, space_symbol.size());
    }
    out.push_back({",", 0});
    for (std::size_t i = first; i < out.size(); ++i) out[i].id = sentencepiece_.piece_to_id(out[i].text);
  }

  SentencePieceProcessor sentencepiece_;
  std::shared_ptr<const MappedFile> file_;
  bool do_lower_case_, remove_space_, keep_accents_;
  std::vector<std::string> special_tokens_;
};

const TokenizerArguments& completed(TokenizerArguments& arguments) {
  arguments.init_kwargs = with_albert_defaults(std::move(arguments.init_kwargs));
  if (const Json* options = arguments.init_kwargs.find("sp_model_kwargs"); options == nullptr || options->is_null())
    arguments.init_kwargs.set("sp_model_kwargs", Json::Object{});
  return arguments;
}

std::unique_ptr<SlowModel> make_model(const TokenizerArguments& arguments) {
  require(arguments.vocab_file != nullptr, ErrorCode::type,
          "the slow tokenizer needs a SentencePiece model file (spiece.model), there is none");
  return std::make_unique<AlbertModel>(arguments.vocab_file, arguments.init_kwargs);
}

}  // namespace

AlbertTokenizer::AlbertTokenizer(const std::string& vocab_file, const Json& init_arguments)
    : AlbertTokenizer(arguments_for_file("AlbertTokenizer", vocab_file, init_arguments, NamedFile::vocabulary)) {}

AlbertTokenizer::AlbertTokenizer(TokenizerArguments&& arguments)
    : SlowTokenizer{completed(arguments), "AlbertTokenizer", make_model(arguments)} {
  std::random_device entropy;
  set_sampling_seed((std::uint64_t{entropy()} << 32) | entropy());
}

std::unique_ptr<AlbertTokenizer> AlbertTokenizer::from_pretrained(const std::string& path, const Json& overrides) {
  if (is_file(path)) return std::make_unique<AlbertTokenizer>(path, overrides);
  require(is_directory(path), ErrorCode::not_found, "{}: no such file or directory", path);
  return std::make_unique<AlbertTokenizer>(load_tokenizer_arguments(DirectorySource(path), overrides, false));
}

void AlbertTokenizer::set_sampling_seed(std::uint64_t seed, std::uint64_t first_draw) {
  state_->sampling_seed = seed;
  state_->next_draw = first_draw;
}

std::vector<Segmentation> AlbertTokenizer::nbest_encode(std::string_view text, std::int64_t nbest_size) const {
  const auto& albert_model = static_cast<const AlbertModel&>(model());
  std::vector<Segmentation> segmentations;
  for (auto& [pieces, score] :
       albert_model.sentencepiece().encode_n_best(albert_model.preprocess(replace_invalid_utf8(text)), nbest_size)) {
    Segmentation& segmentation = segmentations.emplace_back(Segmentation{.score = static_cast<double>(score)});
    for (TokenAndId& piece : pieces) {
      segmentation.ids.push_back(piece.id);
      segmentation.tokens.push_back(std::move(piece.text));
    }
  }
  return segmentations;
}

}  // namespace albert
