#include "command.h"

namespace cli {

std::span<const Command> commands() {
  static constexpr Command kCommands[] = {
      {"env", "this program and this machine", env},
  };
  return kCommands;
}

}  // namespace cli
