#include "token_view.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace cli {
namespace {

constexpr std::string_view kMetaspace = "\u2581";

enum class Look { first, second, special, loose };

struct Cell {
  std::string text;  // one line, no controls
  std::string id;    // empty for text that belongs to no token
  Look look = Look::loose;
  bool unknown = false;
};

/// One of the two texts, code point by code point.
class Characters {
 public:
  explicit Characters(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i)
      if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 || i == 0) starts_.push_back(i);
    starts_.push_back(text.size());
  }
  [[nodiscard]] std::size_t size() const noexcept { return starts_.size() - 1; }
  [[nodiscard]] std::string_view slice(std::size_t begin, std::size_t end) const {
    begin = std::min(begin, size());
    end = std::clamp(end, begin, size());
    return text_.substr(starts_[begin], starts_[end] - starts_[begin]);
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size()));
  return text;
}

/// Builds the cells of an encoding.
class Cells {
 public:
  Cells(const albert::Tokenizer& tokenizer, const albert::TextInput& input, const albert::Encoding& encoding)
      : encoding_(encoding), special_ids_(tokenizer.all_special_ids()), unknown_id_(tokenizer.special_token_id("unk")) {
    texts_.emplace_back(input.text);
    if (input.text_pair) texts_.emplace_back(*input.text_pair);
  }

  std::vector<Cell> build() {
    for (std::size_t i = 0; i < encoding_.size(); ++i) {
      const std::int32_t id = encoding_.input_ids[i];
      const std::int32_t sequence = i < encoding_.sequence_ids.size() ? encoding_.sequence_ids[i] : -1;
      if (sequence != sequence_) finish_text();
      sequence_ = sequence;
      Cell cell;
      cell.id = std::to_string(id);
      cell.unknown = id == unknown_id_;
      const bool special = std::find(special_ids_.begin(), special_ids_.end(), id) != special_ids_.end() && !cell.unknown;
      cell.look = special ? Look::special : odd_ ? Look::second : Look::first;
      if (!special) odd_ = !odd_;
      cell.text = one_line(text_of(i, special));
      cells_.push_back(std::move(cell));
    }
    sequence_ = std::exchange(sequence_, -1);
    finish_text();
    return std::move(cells_);
  }

 private:
  std::string text_of(std::size_t i, bool special) {
    const std::string& token = encoding_.tokens[i];
    if (sequence_ < 0 || encoding_.offsets.empty()) return token;
    const Characters& text = texts_[static_cast<std::size_t>(sequence_)];
    const albert::Offsets offsets = encoding_.offsets[i];
    const std::size_t begin = std::max<std::size_t>(offsets.start, shown_);
    const bool begins_word = token.starts_with(kMetaspace);
    add_loose(text.slice(shown_, begin), begins_word || special);
    const std::string_view own = text.slice(begin, offsets.end);
    shown_ = std::max<std::size_t>(shown_, offsets.end);
    if (special) return std::string(own.empty() ? token : without_blanks(own));
    if (own.empty()) return token;  // a part of a character that the token before shows
    return (begins_word ? std::string(kMetaspace) : std::string()) + std::string(begins_word ? without_blanks(own) : own);
  }

  /// Text between tokens. A blank is shown by the token that it begins, a mark with what it stands on.
  void add_loose(std::string_view text, bool before_word) {
    if (text.empty() || (before_word && is_blank(text))) return;
    const std::string line = one_line(text);
    if (width_of(line) == 0 && !cells_.empty()) {
      cells_.back().text += line;
    } else {
      cells_.push_back({.text = line, .id = {}, .look = Look::loose, .unknown = false});
    }
  }

  void finish_text() {
    if (sequence_ >= 0 && !encoding_.offsets.empty()) {
      const Characters& text = texts_[static_cast<std::size_t>(sequence_)];
      const std::string_view rest = text.slice(shown_, text.size());
      add_loose(rest, true);
    }
    shown_ = 0;
  }

  const albert::Encoding& encoding_;
  const std::vector<std::int32_t> special_ids_;
  const std::optional<std::int32_t> unknown_id_;
  std::vector<Characters> texts_;
  std::vector<Cell> cells_;
  std::int32_t sequence_ = -1;
  std::size_t shown_ = 0;  // characters of the present text
  bool odd_ = false;
};

/// Cuts a cell that is wider than a line; the id stays with the first part.
std::vector<Cell> fit(Cell cell, std::size_t columns) {
  if (width_of(cell.text) <= columns) return {std::move(cell)};
  std::vector<Cell> parts;
  std::size_t width = columns;
  for (const Cluster& cluster : clusters_of(cell.text)) {
    if (width + cluster.columns > columns) {
      parts.push_back({.text = {}, .id = parts.empty() ? cell.id : std::string(), .look = cell.look, .unknown = cell.unknown});
      width = 0;
    }
    parts.back().text += cluster.text;
    width += cluster.columns;
  }
  return parts;
}

std::string painted(const Cell& cell, const Style& style) {
  const auto pair = style.token_colours();
  std::string code = cell.look == Look::first ? pair[0] : cell.look == Look::second ? pair[1] : cell.look == Look::special ? "1;7" : "2";
  if (cell.unknown) code += ";4";
  return style.paint(code, cell.text);
}

}  // namespace

std::string view_tokens(const albert::Tokenizer& tokenizer, const albert::TextInput& input, const albert::Encoding& encoding,
                        const Style& style) {
  const std::size_t columns = std::max<std::size_t>(style.columns(), 16);
  std::string out, upper, lower;
  std::size_t used = 0;
  const auto end_line = [&] {
    if (used == 0) return;
    while (lower.ends_with(' ')) lower.pop_back();
    out += upper + "\n" + lower + "\n";
    upper.clear();
    lower.clear();
    used = 0;
  };
  for (Cell& whole : Cells(tokenizer, input, encoding).build()) {
    for (const Cell& cell : fit(std::move(whole), columns)) {
      const std::size_t own = width_of(cell.text), width = std::max(own, cell.id.size());
      if (used > 0 && used + 1 + width > columns) end_line();
      if (used > 0) {
        upper += ' ';
        lower += ' ';
        ++used;
      }
      upper += painted(cell, style) + std::string(width - own, ' ');
      lower += cell.id + std::string(width - cell.id.size(), ' ');
      used += width;
    }
  }
  end_line();
  return out + "\n";
}

}  // namespace cli
