// The model of a tokenizer.json: it cuts a pre-token into entries of its vocabulary.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace albert {

class PrettyJson;

/// One model. Safe to share between threads.
class FastModel {
 public:
  /// One token of a pre-token and the bytes it stands for (those of a byte fallback share theirs).
  struct Token {
    std::uint32_t id;
    std::uint32_t begin, end;
    bool is_entry;  // its text is the entry's; otherwise it is the surface
  };

  /// Memory for segment(), to be reused.
  struct Workspace {
    std::vector<double> scores;
    std::vector<std::uint32_t> starts, ids;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> cuts;  // (id, begin) from the end
  };

  virtual ~FastModel() = default;

  /// Appends the tokens of one pre-token (valid UTF-8). Error{value} for what is unknown when there is no unknown entry.
  virtual void segment(std::string_view text, Workspace& workspace, std::vector<Token>& tokens) const = 0;

  /// The number that ids of added tokens start from.
  [[nodiscard]] virtual std::size_t size() const noexcept = 0;
  /// Distinct texts (what Python's len of the vocabulary counts).
  [[nodiscard]] virtual std::size_t distinct_size() const noexcept = 0;
  /// The id of exactly this text; of repeated texts, the last.
  [[nodiscard]] virtual std::optional<std::uint32_t> find(std::string_view text) const noexcept = 0;
  /// The text of an id; null when there is no such id.
  [[nodiscard]] virtual std::optional<std::string_view> find_id(std::uint32_t id) const noexcept = 0;
  /// Calls visit(text, id) by id.
  virtual void for_each(const std::function<void(std::string_view, std::int32_t)>& visit) const {
    for (std::uint32_t id = 0; id < size(); ++id)
      if (const auto text = find_id(id)) visit(*text, static_cast<std::int32_t>(id));
  }
  /// Whether tokens that go on within a word are marked by a prefix.
  [[nodiscard]] virtual bool has_subword_prefix() const noexcept { return false; }

  /// Writes its object of a tokenizer.json.
  virtual void write(PrettyJson& out) const = 0;
  /// The file that the model alone is saved as, and its content.
  struct File {
    std::string name;
    std::string content;
  };
  [[nodiscard]] virtual File file() const = 0;
};

}  // namespace albert
