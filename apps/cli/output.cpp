#include "output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "albert/output_file.h"
#include "failure.h"
#include "interrupt.h"

namespace cli {
namespace {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) {
      check_interrupt();
      continue;
    }
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void write_standard_output(std::string_view text) {
  if (write_all(STDOUT_FILENO, text)) return;
  if (errno == EPIPE) throw OutputClosed{};
  throw Failure(Exit::write, std::string("cannot write standard output: ") + std::strerror(errno));
}

}  // namespace

struct Output::Impl {
  std::string buffer;
  std::unique_ptr<DeferInterrupts> defer;
  std::unique_ptr<albert::OutputFile> file;
};

Output::Output(const std::optional<std::string>& path) : impl_(std::make_unique<Impl>()) {
  if (!path || *path == "-") return;
  impl_->defer = std::make_unique<DeferInterrupts>();
  impl_->file = in_stage(Stage::write, [&] { return std::make_unique<albert::OutputFile>(*path); });
}
Output::~Output() = default;

void Output::write(std::string_view text) {
  constexpr std::size_t kBuffer = std::size_t{1} << 16;
  if (impl_->file) return in_stage(Stage::write, [&] { impl_->file->write(text); });
  impl_->buffer += text;
  if (impl_->buffer.size() >= kBuffer) flush();
}

void Output::flush() {
  if (impl_->file) return;
  const std::string text = std::move(impl_->buffer);
  impl_->buffer.clear();
  write_standard_output(text);
}

void Output::commit() {
  if (impl_->file) {
    check_interrupt();
    in_stage(Stage::write, [&] { impl_->file->commit(); });
  }
  flush();
}

bool Output::is_terminal() const noexcept { return !impl_->file && ::isatty(STDOUT_FILENO) == 1; }

void print(std::string_view text) { write_standard_output(text); }

}  // namespace cli
