// Colour, columns and the progress bar: only where a person is looking.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "text_width.h"

namespace cli {

/// How results are shown to people; plain text when the output is not a terminal or NO_COLOR is set.
class Style {
 public:
  explicit Style(bool terminal);
  [[nodiscard]] std::string strong(std::string_view text) const { return paint("1", text); }
  [[nodiscard]] std::string faint(std::string_view text) const { return paint("2", text); }
  [[nodiscard]] std::string accent(std::string_view text) const { return paint("36", text); }
  /// `text` between an SGR code and a reset, or as it is.
  [[nodiscard]] std::string paint(std::string_view code, std::string_view text) const;
  /// Black on light amber and white on dark blue: apart in lightness and in hue, whatever the terminal's own colours are.
  [[nodiscard]] std::array<std::string, 2> token_colours() const;
  /// Columns of a line; 0 where no person is looking.
  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }

 private:
  bool colour_;
  std::size_t columns_ = 0;
};

/// Line feeds, tabs and other controls written as \n, \t, \x00, so that a row stays one line.
[[nodiscard]] std::string one_line(std::string_view text);
/// "0.9731"
[[nodiscard]] std::string short_score(double score);

/// A bar on standard error, drawn when the work has taken two seconds and standard error is a terminal;
/// where notes are JSON, a note every ten seconds instead. A thread draws it, so that it moves while one
/// long step computes. It needs no escape sequences.
class Progress {
 public:
  /// `unit`: what is counted ("rows"); empty when nothing is.
  explicit Progress(std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// `part`: 0 to 1, null when the end is not known.
  void update(std::int64_t count, std::optional<double> part);
  /// A few words beside the bar ("loss 2.31").
  void note(std::string words);
  /// Erases the bar and keeps it away while the lock lives: lines go to the terminal meanwhile.
  [[nodiscard]] std::unique_lock<std::mutex> hide();

 private:
  using Clock = std::chrono::steady_clock;
  void run();
  void draw();
  [[nodiscard]] std::string state() const;
  void erase();

  const std::string unit_;
  const Clock::time_point start_ = Clock::now();
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  bool ended_ = false;
  std::int64_t count_ = 0;
  std::optional<double> part_;
  std::string note_;
  std::size_t drawn_ = 0;  ///< columns on the terminal now
  std::thread thread_;     ///< none when nobody would see it
};

}  // namespace cli
