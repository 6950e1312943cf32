#include "command.h"

namespace cli {

std::span<const Command> commands() {
  static constexpr Command kCommands[] = {
      {"tokenize", "text to token ids", tokenize},
      {"detokenize", "token ids to text", detokenize},
      {"env", "this program and this machine", env},
  };
  return kCommands;
}

}  // namespace cli
