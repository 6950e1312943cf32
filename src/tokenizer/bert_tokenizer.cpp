// BertTokenizer: basic tokenisation and WordPiece.
#include "albert/bert_tokenizer.h"

#include "base/check.h"
#include "tokenizer/basic_tokenizer.h"
#include "tokenizer/bert_arguments.h"
#include "tokenizer/clean_up.h"
#include "tokenizer/python_string.h"
#include "tokenizer/slow_model.h"
#include "tokenizer/tokenizer_state.h"
#include "tokenizer/utf8.h"
#include "tokenizer/wordpiece_vocabulary.h"

namespace albert {
namespace {

constexpr std::size_t max_word_characters = 100;

std::string text_of_token(const Json& token) {
  if (token.is_string()) return token.as_string();
  const Json* content = token.is_object() ? token.find("content") : nullptr;
  return content != nullptr && content->is_string() ? content->as_string() : std::string();
}

BasicTokenizer::Words words_argument(const Json& arguments, std::string_view name) {
  BasicTokenizer::Words words;
  const Json* list = arguments.find(name);
  if (list == nullptr || list->is_null()) return words;
  require(list->is_array(), ErrorCode::type, "{} has to be a list of words, not {}", name, list->type_name());
  for (const Json& word : list->as_array()) {
    require(word.is_string(), ErrorCode::type, "{} has to be a list of words, with no {} in it", name, word.type_name());
    words.insert(word.as_string());
  }
  return words;
}

class BertModel final : public SlowModel {
 public:
  BertModel(const MappedFile& file, const Json& arguments)
      : vocabulary_(WordPieceVocabulary::from_lines(file.text(), file.name(), bert_subword_prefix)),
        do_basic_tokenize_(bool_argument(arguments, "do_basic_tokenize", true)),
        do_lower_case_(bool_argument(arguments, "do_lower_case", true)),
        basic_({.do_lower_case = do_lower_case_,
                .tokenize_chinese_chars = bool_argument(arguments, "tokenize_chinese_chars", true),
                .strip_accents = optional_bool_argument(arguments, "strip_accents")}),
        whole_words_(words_argument(arguments, "never_split")),
        unknown_text_(text_of_token(*arguments.find("unk_token"))) {}

  [[nodiscard]] bool lowers_case() const noexcept override { return do_basic_tokenize_ && do_lower_case_; }

  void tokenize(std::string_view part, UniformSequence& /*random*/, std::vector<TokenAndId>& out) const override {
    if (!do_basic_tokenize_) {
      for (const std::string_view word : python_split(part)) cut_word(word, out);
      return;
    }
    for (std::string& word : basic_.tokenize(part, never_split_)) {
      if (whole_words_.contains(word)) {
        const std::int32_t id = find(word).value_or(unknown_id_);
        out.push_back({std::move(word), id});
      } else {
        cut_word(word, out);
      }
    }
  }

  [[nodiscard]] std::string join(std::span<const std::string> tokens) const override {
    std::string out;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0) out += ' ';
      out += tokens[i];
    }
    return std::string(python_strip(replace_all(std::move(out), " ##", "")));
  }

  void for_each(const std::function<void(std::string_view, std::int32_t)>& visit) const override {
    vocabulary_.for_each([&](std::string_view text, std::uint32_t id) { visit(text, static_cast<std::int32_t>(id)); });
  }
  [[nodiscard]] std::int64_t size() const noexcept override { return static_cast<std::int64_t>(vocabulary_.size()); }
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view text) const override {
    const auto id = vocabulary_.find(text);
    if (!id) return std::nullopt;
    return static_cast<std::int32_t>(*id);
  }
  [[nodiscard]] std::int32_t unknown_id() const noexcept override { return unknown_id_; }
  [[nodiscard]] std::string_view text_of(std::int32_t id) const override {
    if (id >= 0)
      if (const auto text = vocabulary_.find_id(static_cast<std::uint32_t>(id))) return *text;
    require(unknown_role_.has_value(), ErrorCode::index, "token id {} is not in the vocabulary, and there is no unknown token", id);
    return *unknown_role_;
  }
  [[nodiscard]] std::optional<std::string_view> entry_hidden_by(std::int32_t) const override { return std::nullopt; }

  void set_special_tokens(const TokenizerState& state) override {
    never_split_ = whole_words_;
    for (RoleToken& token : state.all_special_tokens()) never_split_.insert(std::move(token.token.content));
    unknown_role_.reset();
    unknown_id_ = -1;
    if (const auto& role = state.roles[TokenizerState::role_index("unk")]) {
      unknown_role_ = role->token.content;
      unknown_id_ = find(*unknown_role_).value_or(-1);
    }
  }

  [[nodiscard]] std::string save_vocabulary(const std::string& directory, const std::string& prefix) const override {
    std::string path = join_path(directory, prefix + std::string(bert_vocabulary_name));
    write_file(path, vocabulary_.lines());
    return path;
  }

 private:
  void cut_word(std::string_view word, std::vector<TokenAndId>& out) const {
    const std::size_t first = out.size();
    const auto push = [&](std::uint32_t id, std::size_t begin, std::size_t end) {
      std::string text(begin == 0 ? std::string_view() : bert_subword_prefix);
      out.push_back({text.append(word, begin, end - begin), static_cast<std::int32_t>(id)});
    };
    if (count_characters(word) <= max_word_characters && vocabulary_.cut(word, push)) return;
    out.resize(first);
    out.push_back({unknown_text_, find(unknown_text_).value_or(unknown_id_)});
  }

  WordPieceVocabulary vocabulary_;
  bool do_basic_tokenize_, do_lower_case_;
  BasicTokenizer basic_;
  BasicTokenizer::Words whole_words_;  // the argument never_split: not even cut into entries
  BasicTokenizer::Words never_split_;  // and the special tokens
  std::string unknown_text_;           // as it was when this was made
  std::optional<std::string> unknown_role_;
  std::int32_t unknown_id_ = -1;
};

const TokenizerArguments& completed(TokenizerArguments& arguments) {
  arguments.init_kwargs = with_bert_defaults(std::move(arguments.init_kwargs), true);
  return arguments;
}

std::unique_ptr<SlowModel> make_model(const TokenizerArguments& arguments) {
  require(arguments.vocab_file != nullptr, ErrorCode::type, "the slow tokenizer needs a vocabulary file (vocab.txt), there is none");
  return std::make_unique<BertModel>(*arguments.vocab_file, arguments.init_kwargs);
}

}  // namespace

BertTokenizer::BertTokenizer(const std::string& vocab_file, const Json& init_arguments)
    : BertTokenizer(arguments_for_file("BertTokenizer", vocab_file, init_arguments, NamedFile::vocabulary)) {}

BertTokenizer::BertTokenizer(TokenizerArguments&& arguments)
    : SlowTokenizer{completed(arguments), "BertTokenizer", make_model(arguments)} {}

std::unique_ptr<BertTokenizer> BertTokenizer::from_pretrained(const std::string& path, const Json& overrides) {
  if (is_file(path)) return std::make_unique<BertTokenizer>(path, overrides);
  require(is_directory(path), ErrorCode::not_found, "{}: no such file or directory", path);
  return std::make_unique<BertTokenizer>(load_tokenizer_arguments(DirectorySource(path), overrides, false, bert_vocabulary_name));
}

}  // namespace albert
