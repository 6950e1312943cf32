#include "interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "failure.h"
#include "terminal_guard.h"

namespace cli {
namespace {

std::atomic<int> deferring{0};
std::atomic<int> pending{0};
static_assert(std::atomic<int>::is_always_lock_free);

int bell[2] = {-1, -1};  // a pipe: rung by the handler, seen by poll()

extern "C" void on_signal(int signal) {
  if (deferring.load() == 0 || pending.exchange(signal) != 0) {
    give_terminal_back();
    _exit(static_cast<int>(Exit::interrupted));
  }
  const int error = errno;
  static_cast<void>(!::write(bell[1], "", 1));
  errno = error;
}

}  // namespace

void install_signal_handlers() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0) static_cast<void>(::open("/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY));
  static_cast<void>(::pipe2(bell, O_CLOEXEC | O_NONBLOCK));
  struct sigaction action{};
  action.sa_handler = on_signal;  // no SA_RESTART: a blocked read returns
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction previous{};
    ::sigaction(signal, nullptr, &previous);
    if (previous.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
}

int interrupt_descriptor() noexcept { return bell[0]; }

void check_interrupt() {
  if (pending.load() != 0) throw Failure(Exit::interrupted, "interrupted");
}

bool interrupt_pending() noexcept { return pending.load() != 0; }

void take_interrupt() {
  char rung = 0;
  while (::read(bell[0], &rung, 1) == 1) {
  }
  if (pending.exchange(0) == SIGTERM) throw Failure(Exit::interrupted, "interrupted");
}

DeferInterrupts::DeferInterrupts() { ++deferring; }
DeferInterrupts::~DeferInterrupts() { --deferring; }

}  // namespace cli
