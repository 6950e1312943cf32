#include "terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "log.h"

namespace cli {

namespace {

std::size_t terminal_columns() {
  constexpr std::size_t kUsual = 80, kMost = 1000;
  struct winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::min<std::size_t>(size.ws_col, kMost);
  const char* variable = std::getenv("COLUMNS");
  const auto columns = variable != nullptr ? std::strtoul(variable, nullptr, 10) : 0;
  return columns == 0 ? kUsual : std::min<std::size_t>(columns, kMost);
}

}  // namespace

Style::Style(bool terminal) : colour_(terminal), columns_(terminal ? terminal_columns() : 0) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') colour_ = false;
  if (kind != nullptr && std::string_view(kind) == "dumb") colour_ = false;
}

std::string Style::paint(std::string_view code, std::string_view text) const {
  if (!colour_) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::array<std::string, 2> Style::token_colours() const {
  const char* kind = std::getenv("TERM");
  const char* more = std::getenv("COLORTERM");
  const bool many =
      (kind != nullptr && std::string_view(kind).find("256color") != std::string_view::npos) || (more != nullptr && *more != '\0');
  if (many) return {"38;5;16;48;5;222", "38;5;231;48;5;25"};
  return {"30;43", "97;44"};
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\t') {
      line += "\\t";
    } else if (c == '\r') {
      line += "\\r";
    } else if (byte < 0x20 || byte == 0x7F) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  return line;
}

std::string short_score(double score) { return fmt::format("{:.4f}", score); }

Progress::Progress(std::string unit) : unit_(std::move(unit)) {
  if (log_enabled(Level::info) && (log_settings().json || ::isatty(STDERR_FILENO) == 1)) thread_ = std::thread([this] { run(); });
}

Progress::~Progress() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
  erase();
}

void Progress::update(std::int64_t count, std::optional<double> part) {
  const std::lock_guard lock(mutex_);
  count_ = count;
  part_ = part;
}

void Progress::note(std::string words) {
  const std::lock_guard lock(mutex_);
  note_ = std::move(words);
}

std::unique_lock<std::mutex> Progress::hide() {
  std::unique_lock lock(mutex_);
  erase();
  return lock;
}

void Progress::run() {
  constexpr auto kPatience = std::chrono::seconds(2);
  const auto period = std::chrono::milliseconds(log_settings().json ? 10000 : 200);
  std::unique_lock lock(mutex_);
  for (auto next = start_ + kPatience; !changed_.wait_until(lock, next, [this] { return ended_; }); next = Clock::now() + period) draw();
}

std::string Progress::state() const {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  std::string line = count_ > 0 ? fmt::format("{} {}, {:.1f} {}/s, ", count_, unit_, static_cast<double>(count_) / elapsed, unit_) : "";
  if (!note_.empty()) line += note_ + ", ";
  if (part_ && *part_ > 0) return line + fmt::format("{:.0f} s left", elapsed / *part_ - elapsed);
  return line + fmt::format("{:.0f} s", elapsed);
}

void Progress::draw() {
  if (log_settings().json) return log(Level::info, state());
  std::string line = state();
  if (part_) {
    constexpr int kCells = 30;
    const int filled = static_cast<int>(*part_ * kCells);
    line = fmt::format("[{:#<{}}{:.<{}}] {:3.0f}%  {}", "", filled, "", kCells - filled, *part_ * 100, line);
  }
  const std::size_t rest = drawn_ > line.size() ? drawn_ - line.size() : 0;  // of a longer line before
  drawn_ = line.size();
  std::fputs(("\r" + line + std::string(rest, ' ') + std::string(rest, '\b')).c_str(), stderr);
  std::fflush(stderr);
}

void Progress::erase() {
  if (drawn_ == 0) return;
  std::fputs(("\r" + std::string(drawn_, ' ') + "\r").c_str(), stderr);
  std::fflush(stderr);
  drawn_ = 0;
}

}  // namespace cli
