// Choosing the tokenizer class of a folder, as the reference's AutoTokenizer does.
#include <algorithm>

#include "base/check.h"
#include "tokenizer/arguments.h"

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
  require(type.empty(), ErrorCode::value, "{}: no tokenizer for the model type {:?}", files.name(), type);
  fail(ErrorCode::not_found, "{}: neither tokenizer_config.json nor config.json says which tokenizer this is", files.name());
}

}  // namespace

std::unique_ptr<Tokenizer> load_tokenizer(const FileSource& files, bool use_fast, const Json& overrides) {
  const Choice choice = choose_class(files);
  const bool is_albert = choice.name == "AlbertTokenizer" || choice.name == "AlbertTokenizerFast";
  require(is_albert, ErrorCode::not_implemented,
          "{}: the tokenizer class {} ({}) is not available; AlbertTokenizer and AlbertTokenizerFast are", files.name(), choice.name,
          choice.why);
  const bool fast = use_fast || choice.name == "AlbertTokenizerFast";
  TokenizerArguments arguments = load_tokenizer_arguments(files, overrides, fast);
  const std::string_view file = fast && arguments.tokenizer_file ? arguments.tokenizer_file->name()
                                : arguments.vocab_file           ? arguments.vocab_file->name()
                                                                 : files.name();
  arguments.provenance = fmt::format("{}{} by {}, from {}", "AlbertTokenizer", fast ? "Fast" : "", choice.why, file);
  if (fast) return std::make_unique<AlbertTokenizerFast>(std::move(arguments));
  return std::make_unique<AlbertTokenizer>(std::move(arguments));
}

}  // namespace albert
