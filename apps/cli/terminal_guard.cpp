#include "terminal_guard.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace cli {
namespace {

std::atomic<bool> guarding{false};
termios found{};  // by the guard, before `guarding` is set

struct sigaction stop_before{}, window_before{};
int redraw[2] = {-1, -1};  // a pipe: written by the handlers, seen by poll()

extern "C" void on_window_change(int) {
  const int error = errno;
  static_cast<void>(!::write(redraw[1], "", 1));
  errno = error;
}

extern "C" void on_stop(int signal) {
  const int error = errno;
  termios current{};
  const bool known = ::tcgetattr(STDIN_FILENO, &current) == 0;
  give_terminal_back();
  struct sigaction stop{}, mine{};
  stop.sa_handler = SIG_DFL;
  ::sigaction(signal, &stop, &mine);
  static_cast<void>(::raise(signal));
  sigset_t only{};
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);  // stops here until the shell goes on with it
  ::sigaction(signal, &mine, nullptr);
  if (known) ::tcsetattr(STDIN_FILENO, TCSANOW, &current);
  static_cast<void>(!::write(redraw[1], "", 1));
  errno = error;
}

/// Keeps a signal that is ignored so, as a shell without job control wants it.
void handle(int signal, void (*handler)(int), struct sigaction& before) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, nullptr, &before);
  if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
}

}  // namespace

TerminalGuard::TerminalGuard() {
  if (::tcgetattr(STDIN_FILENO, &found) != 0 || ::pipe2(redraw, O_CLOEXEC | O_NONBLOCK) != 0) return;
  guarding = true;
  handle(SIGTSTP, on_stop, stop_before);
  handle(SIGWINCH, on_window_change, window_before);
}

TerminalGuard::~TerminalGuard() {
  if (!guarding) return;
  ::sigaction(SIGTSTP, &stop_before, nullptr);
  ::sigaction(SIGWINCH, &window_before, nullptr);
  give_terminal_back();
  guarding = false;
  for (int& end : redraw) {
    ::close(end);
    end = -1;
  }
}

int TerminalGuard::redraw_descriptor() const noexcept { return redraw[0]; }

void TerminalGuard::redrawn() const noexcept {
  char bytes[64];
  while (::read(redraw[0], bytes, sizeof(bytes)) > 0) {
  }
}

void give_terminal_back() noexcept {
  if (guarding) ::tcsetattr(STDIN_FILENO, TCSANOW, &found);
}

}  // namespace cli
