// The options of the commands that work with a tokenizer alone.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "albert/tokenizer.h"
#include "options.h"

namespace cli {

/// --add-token, --add-special-token, --padding-side, --truncation-side, --save-tokenizer: what is done to a
/// tokenizer before it works.
class TokenizerChanges {
 public:
  void declare_tokens(Options& options);
  void declare_sides(Options& options);
  /// Failure{usage} for what the tokenizer refuses; Failure{io} when it cannot be saved.
  void apply(albert::Tokenizer& tokenizer) const;

 private:
  std::vector<albert::TokenArgument> tokens_;
  std::vector<std::pair<std::string, albert::TokenArgument>> roles_;
  std::optional<albert::Side> padding_side_, truncation_side_;
  std::optional<std::string> save_;
};

/// --return-…: which members the object of a row has. Null: as it is without the option.
struct ReturnFlags {
  std::optional<bool> token_type_ids, attention_mask, special_tokens_mask, offsets_mapping;
  bool length = false;
  bool word_ids = false;
  bool sequence_ids = false;

  void declare(Options& options);
  /// Failure{usage} for what the slow form does not have.
  void check(const albert::Tokenizer& tokenizer) const;
};

/// Prints what the reference would log about inputs: each kind of sentence once a run. Safe to share between threads.
class WarnOnce {
 public:
  void operator()(const std::vector<std::string>& sentences);

 private:
  std::mutex mutex_;
  std::set<std::string> seen_;
};

}  // namespace cli
