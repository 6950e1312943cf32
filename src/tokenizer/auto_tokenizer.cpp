// Choosing the tokenizer class of a folder, as the reference's AutoTokenizer does.
#include <algorithm>

#include "albert/bert_tokenizer.h"
#include "base/check.h"
#include "tokenizer/bert_arguments.h"

namespace albert {
namespace {

std::string member_text(const FileSource& files, std::string_view file_name, std::string_view key) {
  const auto file = files.open(file_name);
  if (!file) return {};
  Json json;
  try {
    json = parse_json(file->text());
  } catch (const Error& error) {
    fail(error.code(), "{}: {}", file->name(), error.what());
  }
  const Json* value = json.find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string();
}

struct Choice {
  std::string name;  // a class
  std::string why;
};

Choice choose_class(const FileSource& files) {
  if (std::string name = member_text(files, "tokenizer_config.json", "tokenizer_class"); !name.empty())
    return {name, "tokenizer_class of tokenizer_config.json"};
  if (std::string name = member_text(files, "config.json", "tokenizer_class"); !name.empty())
    return {name, "tokenizer_class of config.json"};
  const std::string type = member_text(files, "config.json", "model_type");
  if (type == "albert") return {"AlbertTokenizer", "model_type of config.json"};
  if (type == "bert") return {"BertTokenizer", "model_type of config.json"};
  require(type.empty(), ErrorCode::value, "{}: no tokenizer for the model type {:?}", files.name(), type);
  fail(ErrorCode::not_found, "{}: neither tokenizer_config.json nor config.json says which tokenizer this is", files.name());
}

}  // namespace

std::unique_ptr<Tokenizer> load_tokenizer(const FileSource& files, bool use_fast, const Json& overrides) {
  const Choice choice = choose_class(files);
  std::string_view family = choice.name;
  const bool named_fast = family.ends_with("Fast");
  if (named_fast) family.remove_suffix(4);
  const bool is_bert = family == "BertTokenizer", is_plain = choice.name == "PreTrainedTokenizerFast";
  require(is_bert || is_plain || family == "AlbertTokenizer", ErrorCode::not_implemented,
          "{}: the tokenizer class {} ({}) is not available; AlbertTokenizer and BertTokenizer are, both with Fast too, and "
          "PreTrainedTokenizerFast",
          files.name(), choice.name, choice.why);
  const bool fast = use_fast || named_fast;
  const std::string_view vocabulary = is_plain ? "" : is_bert ? bert_vocabulary_name : "spiece.model";
  TokenizerArguments arguments = load_tokenizer_arguments(files, overrides, fast, vocabulary);
  const std::string_view file = fast && arguments.tokenizer_file ? arguments.tokenizer_file->name()
                                : arguments.vocab_file           ? arguments.vocab_file->name()
                                                                 : files.name();
  arguments.provenance = fmt::format("{}{} by {}, from {}", family, fast ? "Fast" : "", choice.why, file);
  if (is_plain) return std::make_unique<PreTrainedTokenizerFast>(std::move(arguments));
  if (is_bert && fast) return std::make_unique<BertTokenizerFast>(std::move(arguments));
  if (is_bert) return std::make_unique<BertTokenizer>(std::move(arguments));
  if (fast) return std::make_unique<AlbertTokenizerFast>(std::move(arguments));
  return std::make_unique<AlbertTokenizer>(std::move(arguments));
}

}  // namespace albert
