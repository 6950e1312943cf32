// The commands: one function each, listed once.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "option_table.h"

namespace cli {

/// What a command is called with: its words, or the wish to know its options.
struct Arguments {
  std::vector<std::string> words;  ///< the arguments after the command's name
  CommandTable* table = nullptr;   ///< not null: Options::parse() fills it and the command ends there
};

/// A command declares its Options, asks Options::parse() whether to go on, and only then acts.
struct Command {
  const char* name;
  const char* summary;
  int (*run)(const Arguments& arguments);  ///< gives the exit code
};

/// In the order of `albert --help`.
[[nodiscard]] std::span<const Command> commands();
/// Null when there is none.
[[nodiscard]] const Command* find_command(std::string_view name);
/// Failure{usage} that says what was perhaps meant.
[[nodiscard]] const Command& known_command(const std::string& name);
/// The options that a command declares.
[[nodiscard]] CommandTable describe(const Command& command);

int fill_mask(const Arguments& arguments);
int text_classification(const Arguments& arguments);
int token_classification(const Arguments& arguments);
int question_answering(const Arguments& arguments);
int multiple_choice(const Arguments& arguments);
int zero_shot_classification(const Arguments& arguments);
int feature_extraction(const Arguments& arguments);
int sentence_order(const Arguments& arguments);
int attention(const Arguments& arguments);
int tokenize(const Arguments& arguments);
int train_tokenizer(const Arguments& arguments);
int pretrain(const Arguments& arguments);
int train(const Arguments& arguments);
int evaluate(const Arguments& arguments);
int detokenize(const Arguments& arguments);
int forward(const Arguments& arguments);
int info(const Arguments& arguments);
int env(const Arguments& arguments);
int bench(const Arguments& arguments);
int help(const Arguments& arguments);
int completion(const Arguments& arguments);
int man(const Arguments& arguments);

}  // namespace cli
