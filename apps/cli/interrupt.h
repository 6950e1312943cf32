// Ctrl-C: ends the program at once, or at the next safe point while rows are being answered.
#pragma once

namespace cli {

/// SIGINT and SIGTERM as described above; a closed pipe becomes a write error instead of a signal.
/// Descriptors 0 to 2 that are closed are opened on /dev/null, so that no file takes their place.
void install_signal_handlers();

/// Throws Failure{interrupted} when a signal was deferred.
void check_interrupt();
/// Readable from the moment a signal was deferred: for poll() beside a descriptor that may be quiet.
[[nodiscard]] int interrupt_descriptor() noexcept;

/// Whether a signal was deferred.
[[nodiscard]] bool interrupt_pending() noexcept;
/// Forgets a deferred SIGINT. Throws Failure{interrupted} when it was SIGTERM.
void take_interrupt();

/// While one lives, a first signal waits for check_interrupt(); a second one ends the program.
class DeferInterrupts {
 public:
  DeferInterrupts();
  ~DeferInterrupts();
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;
};

}  // namespace cli
