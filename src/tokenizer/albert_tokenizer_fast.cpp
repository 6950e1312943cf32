// AlbertTokenizerFast: what it adds to FastTokenizer.
#include "albert/tokenizer.h"
#include "base/check.h"
#include "tokenizer/derive_fast.h"
#include "tokenizer/fast_class.h"
#include "tokenizer/sentencepiece_model.h"
#include "tokenizer/tokenizer_state.h"

namespace albert {
namespace {

class AlbertFastClass final : public FastClass {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "AlbertTokenizerFast"; }
  [[nodiscard]] Json with_defaults(Json init_kwargs) const override { return with_albert_defaults(std::move(init_kwargs)); }

  [[nodiscard]] std::unique_ptr<FastPipeline> derive(TokenizerArguments& arguments) const override {
    require(arguments.vocab_file != nullptr, ErrorCode::value,
            "a fast tokenizer needs a tokenizer.json or a SentencePiece model (spiece.model); neither is there");
    // The slow form knows the ids of the template's tokens, added ones included.
    const auto model = SentencePieceModel::parse(arguments.vocab_file);
    const AlbertTokenizer slow{TokenizerArguments(arguments)};
    Json& kwargs = arguments.init_kwargs;
    DeriveOptions options;
    options.do_lower_case = bool_argument(kwargs, "do_lower_case", true);
    options.keep_accents = bool_argument(kwargs, "keep_accents", false);
    options.cls_id = static_cast<std::uint32_t>(slow.convert_token_to_id("[CLS]"));
    options.sep_id = static_cast<std::uint32_t>(slow.convert_token_to_id("[SEP]"));
    if (kwargs.find("sp_model_kwargs") == nullptr) kwargs.set("sp_model_kwargs", Json::Object{});
    return derive_fast_pipeline(*model, options);
  }

  [[nodiscard]] std::optional<std::string> save_vocabulary(const std::string& directory, const std::string& prefix,
                                                           const TokenizerArguments& arguments, const FastPipeline&) const override {
    if (!arguments.vocab_file) return std::nullopt;
    std::string path = join_path(directory, prefix + "spiece.model");
    write_file(path, arguments.vocab_file->text());
    return path;
  }
};

constinit const AlbertFastClass description;

}  // namespace

AlbertTokenizerFast::AlbertTokenizerFast(const std::string& tokenizer_file, const Json& init_arguments)
    : AlbertTokenizerFast(arguments_for_file("AlbertTokenizerFast", tokenizer_file, init_arguments, NamedFile::tokenizer_json)) {}

AlbertTokenizerFast::AlbertTokenizerFast(TokenizerArguments&& arguments) : FastTokenizer(std::move(arguments), description) {}

std::unique_ptr<AlbertTokenizerFast> AlbertTokenizerFast::from_pretrained(const std::string& directory, const Json& overrides) {
  require(is_directory(directory), ErrorCode::not_found, "{}: no such directory: a fast tokenizer is loaded from a directory", directory);
  return std::make_unique<AlbertTokenizerFast>(load_tokenizer_arguments(DirectorySource(directory), overrides, true));
}

}  // namespace albert
