// The commands: one function each, listed once.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cli {

using Arguments = std::vector<std::string>;

struct Command {
  const char* name;
  const char* summary;
  int (*run)(const Arguments& arguments);  ///< the arguments after the command's name; gives the exit code
};

/// In the order of `albert --help`.
[[nodiscard]] std::span<const Command> commands();

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
int detokenize(const Arguments& arguments);
int forward(const Arguments& arguments);
int info(const Arguments& arguments);
int env(const Arguments& arguments);
int bench(const Arguments& arguments);

}  // namespace cli
