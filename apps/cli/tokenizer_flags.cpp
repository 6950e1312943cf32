#include "tokenizer_flags.h"

#include <algorithm>
#include <cctype>

#include "albert/error.h"
#include "albert/json.h"
#include "failure.h"
#include "log.h"

namespace cli {
namespace {

bool parse_bool(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw Failure(Exit::usage, "expected true or false, got '" + text + "'");
}

albert::Side parse_side(const std::string& text) {
  if (text == "left") return albert::Side::left;
  if (text == "right") return albert::Side::right;
  throw Failure(Exit::usage, "expected left or right, got '" + text + "'");
}

/// The text itself, or {"content": …, "lstrip": true, …} with the flags of an AddedToken.
albert::TokenArgument parse_token(const std::string& text, bool special) {
  if (text.empty()) throw Failure(Exit::usage, "a token cannot be empty");
  if (text.front() != '{') return text;
  albert::Json object;
  try {
    object = albert::parse_json(text);
  } catch (const albert::Error&) {
    return text;  // a token that begins with a brace
  }
  const albert::Json* content = object.find("content");
  if (content == nullptr || !content->is_string() || content->as_string().empty())
    throw Failure(Exit::usage, "a token that is an object needs its text as \"content\"");
  albert::AddedToken token{.content = content->as_string(), .normalized = !special, .special = special};
  const std::pair<const char*, bool*> flags[] = {{"single_word", &token.single_word},
                                                 {"lstrip", &token.lstrip},
                                                 {"rstrip", &token.rstrip},
                                                 {"normalized", &token.normalized},
                                                 {"special", &token.special}};
  for (const auto& [key, value] : object.as_object()) {
    if (key == "content") continue;
    const auto* flag = std::find_if(std::begin(flags), std::end(flags), [&](const auto& known) { return key == known.first; });
    if (flag == std::end(flags) || !value.is_bool())
      throw Failure(Exit::usage, "a token has content, single_word, lstrip, rstrip, normalized and special (true or false), not " + key);
    *flag->second = value.as_bool();
  }
  return token;
}

}  // namespace

void TokenizerChanges::declare_tokens(Options& options) {
  options.value(
      "--add-token", [this](const std::string& text) { tokens_.push_back(parse_token(text, false)); }, "TOKEN",
      "a token to cut out of the text: itself, or {\"content\": ..., \"lstrip\": true, ...}");
  options.value(
      "--add-special-token",
      [this](const std::string& text) {
        const auto equals = text.find('=');
        const std::string role = text.substr(0, equals);
        constexpr const char* known[] = {"bos", "eos", "unk", "sep", "pad", "cls", "mask"};
        const bool named = equals != std::string::npos && std::find(std::begin(known), std::end(known), role) != std::end(known);
        roles_.emplace_back(named ? role : "additional_special_tokens", parse_token(named ? text.substr(equals + 1) : text, true));
      },
      "[ROLE=]TOKEN", "a special token; ROLE: bos, eos, unk, sep, pad, cls or mask");
  options.text("--save-tokenizer", save_, "DIR", "write the tokenizer with the added tokens").says_what_is_written();
}

void TokenizerChanges::declare_sides(Options& options) {
  options.value(
      "--padding-side", [this](const std::string& text) { padding_side_ = parse_side(text); }, "left|right", "where padding goes");
  options.value(
      "--truncation-side", [this](const std::string& text) { truncation_side_ = parse_side(text); }, "left|right", "which end is cut");
}

void TokenizerChanges::apply(albert::Tokenizer& tokenizer) const {
  if (padding_side_) tokenizer.set_padding_side(*padding_side_);
  if (truncation_side_) tokenizer.set_truncation_side(*truncation_side_);
  in_stage(Stage::options, [&] {
    if (!roles_.empty()) tokenizer.add_special_tokens(roles_, false);
    if (!tokens_.empty()) tokenizer.add_tokens(tokens_);
  });
  if (save_) in_stage(Stage::data, [&] { tokenizer.save_pretrained(*save_); });
}

void ReturnFlags::declare(Options& options) {
  const auto choice = [&](const char* name, std::optional<bool>& target, const char* help) {
    options.value(name, [&target](const std::string& text) { target = parse_bool(text); }, "true|false", help);
  };
  choice("--return-token-type-ids", token_type_ids, "type_ids");
  choice("--return-attention-mask", attention_mask, "attention_mask: with padding when not given");
  choice("--return-special-tokens-mask", special_tokens_mask, "special_tokens_mask");
  choice("--return-offsets-mapping", offsets_mapping, "offsets (fast)");
  options.flag("--return-length", length, "the number of tokens");
  options.flag("--return-word-ids", word_ids, "the word of each token (fast)");
  options.flag("--return-sequence-ids", sequence_ids, "the text of each token, 0 or 1");
}

void ReturnFlags::check(const albert::Tokenizer& tokenizer) const {
  if (tokenizer.is_fast()) return;
  if (offsets_mapping.value_or(false)) throw Failure(Exit::usage, "--return-offsets-mapping: the slow tokenizer has no offsets");
  if (word_ids) throw Failure(Exit::usage, "--return-word-ids: the slow tokenizer does not know the words");
}

void WarnOnce::operator()(const std::vector<std::string>& sentences) {
  if (sentences.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const std::string& sentence : sentences) {
    // Sentences that differ in a number are of one kind.
    std::string kind = sentence;
    std::erase_if(kind, [](unsigned char character) { return std::isdigit(character) != 0; });
    if (seen_.insert(std::move(kind)).second) warn(sentence);
  }
}

}  // namespace cli
