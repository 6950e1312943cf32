#include "command.h"
#include "failure.h"
#include "suggest.h"

namespace cli {

std::span<const Command> commands() {
  static constexpr Command kCommands[] = {
      {"fill-mask", "words for the [MASK]s of a text", fill_mask},
      {"text-classification", "a label for a text or a pair of texts", text_classification},
      {"token-classification", "named entities and other labels of words", token_classification},
      {"question-answering", "the answer to a question, found in a context", question_answering},
      {"multiple-choice", "which choice goes on from a text", multiple_choice},
      {"zero-shot-classification", "labels chosen at run time", zero_shot_classification},
      {"feature-extraction", "vectors of texts or of their tokens", feature_extraction},
      {"sentence-order", "whether two texts stand in the right order", sentence_order},
      {"attention", "a page that shows what each token looks at", attention},
      {"tokenize", "text to token ids", tokenize},
      {"detokenize", "token ids to text", detokenize},
      {"train-tokenizer", "a vocabulary from text", train_tokenizer},
      {"pretrain", "an ALBERT from raw text", pretrain},
      {"train", "a model for a task from labelled data", train},
      {"evaluate", "how well a model does on labelled data", evaluate},
      {"forward", "tensors in, tensors out: the model without a tokenizer", forward},
      {"info", "what a model folder holds", info},
      {"bench", "how fast this machine runs a model", bench},
      {"env", "this program and this machine", env},
      {"help", "a command's options; what all commands share", help},
      {"completion", "a script that completes words in bash, zsh or fish", completion},
      {"man", "the manual pages", man},
  };
  return kCommands;
}

const Command* find_command(std::string_view name) {
  for (const auto& command : commands())
    if (name == command.name) return &command;
  return nullptr;
}

const Command& known_command(const std::string& name) {
  if (const auto* command = find_command(name)) return *command;
  std::vector<std::string> names{"--help", "--version"};
  for (const auto& command : commands()) names.emplace_back(command.name);
  throw Failure(Exit::usage, (name.starts_with('-') ? "unknown option: " : "unknown command: ") + name + did_you_mean(name, names) +
                                 "\nSee: albert --help");
}

CommandTable describe(const Command& command) {
  CommandTable table;
  static_cast<void>(command.run({{}, &table}));
  return table;
}

}  // namespace cli
