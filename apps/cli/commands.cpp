#include "command.h"

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
      {"forward", "tensors in, tensors out: the model without a tokenizer", forward},
      {"info", "what a model folder holds", info},
      {"bench", "how fast this machine runs a model", bench},
      {"env", "this program and this machine", env},
  };
  return kCommands;
}

}  // namespace cli
