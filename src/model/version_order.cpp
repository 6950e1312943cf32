#include "model/version_order.h"

#include <array>
#include <string>
#include <vector>

#include "base/check.h"

namespace albert {
namespace {

/// Digits without leading zeros, so that length and text order them.
int compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

class Reader {
 public:
  explicit Reader(std::string_view text) : whole_(text) {
    for (const char c : text) text_ += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const auto blank = " \t\n\v\f\r";
    text_.erase(0, std::min(text_.find_first_not_of(blank), text_.size()));
    text_.erase(text_.find_last_not_of(blank) + 1);
    accept("v");
  }

  [[noreturn]] void invalid() const { fail(ErrorCode::value, "invalid version: '{:.100}'", whole_); }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  bool accept(std::string_view word) {
    if (std::string_view(text_).substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool accept_separator() { return accept("-") || accept("_") || accept("."); }
  /// Digits at this place, without leading zeros; false when there are none.
  bool number(std::string& digits) {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    digits = text_.substr(start, at_ - start);
    const bool any = !digits.empty();
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    return any;
  }
  /// [separator] one of `words` [separator] [number].
  template <std::size_t n>
  bool part(const std::array<std::string_view, n>& words) {
    const std::size_t start = at_;
    accept_separator();
    for (const auto word : words) {
      if (!accept(word)) continue;
      const std::size_t end = at_;
      accept_separator();
      std::string digits;
      if (!number(digits)) at_ = end;
      return true;
    }
    at_ = start;
    return false;
  }
  bool alphanumeric() {
    const std::size_t start = at_;
    while (at_ < text_.size() && ((text_[at_] >= '0' && text_[at_] <= '9') || (text_[at_] >= 'a' && text_[at_] <= 'z'))) ++at_;
    return at_ != start;
  }
  [[nodiscard]] std::size_t place() const { return at_; }
  void go_to(std::size_t place) { at_ = place; }

 private:
  std::string_view whole_;
  std::string text_;
  std::size_t at_ = 0;
};

struct Version {
  std::string epoch;
  std::vector<std::string> release;  // without trailing zeros
  int phase = 0;                     // of the release: -1 before it, 0 itself, 1 after it
};

Version parse(std::string_view text) {
  Reader reader(text);
  Version version;
  std::string digits;
  if (!reader.number(digits)) reader.invalid();
  if (reader.accept("!")) {
    version.epoch = digits;
    if (!reader.number(digits)) reader.invalid();
  }
  version.release.push_back(digits);
  for (std::size_t place = reader.place(); reader.accept("."); place = reader.place()) {
    if (!reader.number(digits)) {
      reader.go_to(place);
      break;
    }
    version.release.push_back(digits);
  }
  while (!version.release.empty() && version.release.back().empty()) version.release.pop_back();

  using namespace std::string_view_literals;
  const bool before = reader.part(std::array{"alpha"sv, "a"sv, "beta"sv, "b"sv, "preview"sv, "pre"sv, "c"sv, "rc"sv});
  bool after = reader.part(std::array{"post"sv, "rev"sv, "r"sv});
  if (const std::size_t place = reader.place(); !after && reader.accept("-")) {
    after = reader.number(digits);
    if (!after) reader.go_to(place);
  }
  const bool development = reader.part(std::array{"dev"sv});
  bool local = false;
  if (reader.accept("+")) {
    do {
      if (!reader.alphanumeric()) reader.invalid();
    } while (reader.accept_separator());
    local = true;
  }
  if (!reader.at_end()) reader.invalid();
  version.phase = before ? -1 : after ? 1 : development ? -1 : local ? 1 : 0;
  return version;
}

}  // namespace

bool is_later_version(std::string_view version) {
  static const Version reference = parse(reference_version);
  const Version other = parse(version);
  if (!other.epoch.empty()) return true;
  for (std::size_t i = 0; i < std::max(other.release.size(), reference.release.size()); ++i) {
    const auto at = [i](const Version& v) { return i < v.release.size() ? std::string_view(v.release[i]) : std::string_view(); };
    if (const int order = compare_numbers(at(other), at(reference)); order != 0) return order > 0;
  }
  return other.phase > 0;
}

}  // namespace albert
