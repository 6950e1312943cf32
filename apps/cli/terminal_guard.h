// Gives the terminal back in the mode in which it was found, however the program ends.
#pragma once

namespace cli {

/// While one lives, whoever holds it may change the mode of the terminal on standard input. The mode from before comes back when it
/// ends, when a signal ends the program, and while the program is stopped (Ctrl-Z). One at a time.
class TerminalGuard {
 public:
  TerminalGuard();
  ~TerminalGuard();
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;

  /// Readable from the moment the window changed or the program went on after a stop: for poll() beside the terminal.
  [[nodiscard]] int redraw_descriptor() const noexcept;
  /// Waits for the next one.
  void redrawn() const noexcept;
};

/// What the end of a guard does; nothing when none lives. For signal handlers.
void give_terminal_back() noexcept;

}  // namespace cli
