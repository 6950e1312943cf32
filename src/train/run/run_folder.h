// The folder of a run: what it holds appears whole or not at all, so a run that is killed at any
// moment can be resumed from its newest checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace albert {

class RunFolder {
 public:
  enum class Opening { fresh, resume, force };
  /// Makes the folder, or takes an existing one. Error{value} when `fresh` is asked for and it is not empty, or `resume`
  /// and no run began there; `force` removes what a run writes, and nothing else. Error{io}.
  RunFolder(std::string path, Opening opening);

  [[nodiscard]] std::string path(std::string_view name) const;
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// Writes folder `name` anew: `write` fills a folder beside it, which then takes its place.
  void replace(const std::string& name, const std::function<void(const std::string& folder)>& write) const;
  /// "checkpoints/step-N" the same way; older ones beyond the newest `keep` are removed.
  void add_checkpoint(std::int64_t step, std::int64_t keep, const std::function<void(const std::string& folder)>& write) const;
  /// The step of the newest checkpoint.
  [[nodiscard]] std::optional<std::int64_t> newest_checkpoint() const;
  [[nodiscard]] std::string checkpoint(std::int64_t step) const;

 private:
  std::string path_;
};

}  // namespace albert
