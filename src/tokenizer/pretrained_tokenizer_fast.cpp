// PreTrainedTokenizerFast: a tokenizer.json without a class of its own around it.
#include "albert/tokenizer.h"
#include "base/check.h"
#include "tokenizer/fast_class.h"
#include "tokenizer/tokenizer_json.h"

namespace albert {
namespace {

class PlainFastClass final : public FastClass {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "PreTrainedTokenizerFast"; }
  [[nodiscard]] Json with_defaults(Json init_kwargs) const override { return init_kwargs; }
  [[nodiscard]] bool has_slow_form() const noexcept override { return false; }

  [[nodiscard]] std::unique_ptr<FastPipeline> derive(TokenizerArguments&) const override {
    fail(ErrorCode::value, "{} has no slow form to be made from: a tokenizer.json is needed, without from_slow", name());
  }
  [[nodiscard]] std::optional<std::string> save_vocabulary(const std::string&, const std::string&, const TokenizerArguments&,
                                                           const FastPipeline&) const override {
    return std::nullopt;
  }
};

constinit const PlainFastClass description;

}  // namespace

PreTrainedTokenizerFast::PreTrainedTokenizerFast(const std::string& tokenizer_file, const Json& init_arguments)
    : PreTrainedTokenizerFast(arguments_for_file("PreTrainedTokenizerFast", tokenizer_file, init_arguments, NamedFile::tokenizer_json)) {}

PreTrainedTokenizerFast::PreTrainedTokenizerFast(TokenizerArguments&& arguments) : FastTokenizer(std::move(arguments), description) {}

std::unique_ptr<PreTrainedTokenizerFast> PreTrainedTokenizerFast::from_pretrained(const std::string& directory, const Json& overrides) {
  require(is_directory(directory), ErrorCode::not_found, "{}: no such directory: a fast tokenizer is loaded from a directory", directory);
  return std::make_unique<PreTrainedTokenizerFast>(load_tokenizer_arguments(DirectorySource(directory), overrides, true, {}));
}

std::vector<std::int32_t> PreTrainedTokenizerFast::build_inputs_with_special_tokens(
    std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids) const {
  std::vector<std::int32_t> both(ids.begin(), ids.end());
  if (pair_ids) both.insert(both.end(), pair_ids->begin(), pair_ids->end());
  return both;
}

std::vector<std::int32_t> PreTrainedTokenizerFast::create_token_type_ids_from_sequences(
    std::span<const std::int32_t> ids, const std::optional<std::vector<std::int32_t>>& pair_ids) const {
  std::vector<std::int32_t> types(ids.size(), 0);
  if (pair_ids) types.resize(ids.size() + pair_ids->size(), 1);
  return types;
}

}  // namespace albert
