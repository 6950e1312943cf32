// BertTokenizerFast: what it adds to FastTokenizer.
#include "albert/bert_tokenizer.h"
#include "base/check.h"
#include "tokenizer/bert_arguments.h"
#include "tokenizer/fast_class.h"
#include "tokenizer/tokenizer_state.h"
#include "tokenizer/wordpiece.h"

namespace albert {
namespace {

class BertFastClass final : public FastClass {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "BertTokenizerFast"; }
  [[nodiscard]] Json with_defaults(Json init_kwargs) const override { return with_bert_defaults(std::move(init_kwargs), false); }

  [[nodiscard]] std::unique_ptr<FastPipeline> derive(TokenizerArguments& arguments) const override {
    require(arguments.vocab_file != nullptr, ErrorCode::value,
            "a fast tokenizer needs a tokenizer.json or a vocabulary file (vocab.txt); neither is there");
    Json& kwargs = arguments.init_kwargs;
    kwargs = with_bert_defaults(std::move(kwargs), true);
    // The slow form knows the texts and ids of the special tokens, added ones included.
    const BertTokenizer slow{TokenizerArguments(arguments)};
    const auto text = [&](std::string_view role) {
      const auto token = slow.special_token(role);
      require(token.has_value(), ErrorCode::value, "the tokenizer has no {} token", role);
      return token->content;
    };
    const MappedFile& file = *arguments.vocab_file;
    auto pipeline = std::make_unique<FastPipeline>(
        std::make_unique<WordPieceModel>(WordPieceVocabulary::from_lines(file.text(), file.name(), bert_subword_prefix), text("unk")));
    BertNormalizerOptions options{.handle_chinese_chars = false, .strip_accents = false, .lowercase = false};
    if (bool_argument(kwargs, "do_basic_tokenize", true)) {
      options.handle_chinese_chars = bool_argument(kwargs, "tokenize_chinese_chars", true);
      options.strip_accents = optional_bool_argument(kwargs, "strip_accents");
      options.lowercase = bool_argument(kwargs, "do_lower_case", true);
    }
    pipeline->normalizer = make_bert_normalizer(options);
    pipeline->pre_tokenizer = make_bert_pre_tokenizer();
    pipeline->decoder = make_wordpiece_decoder(bert_subword_prefix, true);
    const std::string cls = text("cls"), sep = text("sep");
    for (const std::string& token : {cls, sep})  // they go through the reference's template syntax
      require(token.find_first_of(" :") == token.npos && (!token.starts_with('$')), ErrorCode::value,
              "the special token \"{}\" cannot stand in a template: a blank, a colon or a leading $ is in it", token);
    const auto id = [&](const std::string& token) { return static_cast<std::uint32_t>(slow.convert_token_to_id(token)); };
    pipeline->post_processor = TemplateProcessing::cls_sep(cls, id(cls), sep, id(sep));
    return pipeline;
  }

  // As the reference: the arguments take the place of what a tokenizer.json says, once the added tokens are in.
  void adjust(FastPipeline& pipeline, const Json& kwargs) const override {
    require(pipeline.normalizer != nullptr, ErrorCode::value, "BertTokenizerFast needs a tokenizer.json with a normalizer");
    const BertNormalizerOptions* present = bert_normalizer_options(pipeline.normalizer.get());
    if (present == nullptr) return;
    const auto switched = [&](std::string_view name) {
      const Json* value = kwargs.find(name);
      require(value != nullptr && value->is_bool(), ErrorCode::type, "{} has to be true or false", name);
      return value->as_bool();
    };
    BertNormalizerOptions options = *present;
    options.lowercase = switched("do_lower_case");
    options.handle_chinese_chars = switched("tokenize_chinese_chars");
    options.strip_accents = optional_bool_argument(kwargs, "strip_accents");
    if (options != *present) pipeline.normalizer = make_bert_normalizer(options);
  }

  [[nodiscard]] std::optional<std::string> save_vocabulary(const std::string& directory, const std::string& prefix,
                                                           const TokenizerArguments&, const FastPipeline& pipeline) const override {
    const FastModel::File file = pipeline.model().file();
    std::string path = join_path(directory, prefix + file.name);
    write_file(path, file.content);
    return path;
  }
};

constinit const BertFastClass description;

}  // namespace

BertTokenizerFast::BertTokenizerFast(const std::string& tokenizer_file, const Json& init_arguments)
    : BertTokenizerFast(arguments_for_file("BertTokenizerFast", tokenizer_file, init_arguments, NamedFile::tokenizer_json)) {}

BertTokenizerFast::BertTokenizerFast(TokenizerArguments&& arguments) : FastTokenizer(std::move(arguments), description) {}

std::unique_ptr<BertTokenizerFast> BertTokenizerFast::from_pretrained(const std::string& directory, const Json& overrides) {
  require(is_directory(directory), ErrorCode::not_found, "{}: no such directory: a fast tokenizer is loaded from a directory", directory);
  return std::make_unique<BertTokenizerFast>(load_tokenizer_arguments(DirectorySource(directory), overrides, true, bert_vocabulary_name));
}

std::vector<std::int32_t> BertTokenizerFast::build_inputs_with_special_tokens(
    std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids) const {
  return FastTokenizer::build_inputs_with_special_tokens(ids, pair_ids && !pair_ids->empty() ? pair_ids : std::nullopt);
}

}  // namespace albert
