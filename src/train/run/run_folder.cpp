#include "train/run/run_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <vector>

#include "base/check.h"
#include "base/file.h"

namespace albert {
namespace {

namespace fs = std::filesystem;

/// What a run writes into its folder; "events.out." and "seed-" begin names.
constexpr std::array<std::string_view, 8> kNames{
    "last", "best", "checkpoints", "metrics.jsonl", "metrics.csv", "trainer_state.json", "README.md", "report.html"};
constexpr std::array<std::string_view, 2> kBeginnings{"events.out.tfevents.", "seed-"};
constexpr std::string_view kUnfinished = ".unfinished", kReplaced = ".replaced", kStep = "step-";

bool is_of_a_run(std::string_view name) {
  for (const auto ending : {kUnfinished, kReplaced})
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
         std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](std::string_view beginning) { return name.starts_with(beginning); });
}

template <class Body>
auto reporting(const std::string& what, const Body& body) {
  try {
    return body();
  } catch (const fs::filesystem_error& error) {
    fail(ErrorCode::io, "{}: {}", what, error.code().message());
  }
}

/// So that a name which appears stands for what is on the disk.
void flush_folder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

std::vector<std::int64_t> checkpoints_in(const std::string& folder) {
  std::vector<std::int64_t> steps;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kStep)) continue;
    std::int64_t step = 0;
    const auto [end, error] = std::from_chars(name.data() + kStep.size(), name.data() + name.size(), step);
    if (error == std::errc() && end == name.data() + name.size() && entry.is_directory(none)) steps.push_back(step);
  }
  std::sort(steps.begin(), steps.end());
  return steps;
}

}  // namespace

RunFolder::RunFolder(std::string path, Opening opening) : path_(std::move(path)) {
  make_directories(path_);
  reporting(path_, [&] {
    std::vector<fs::path> entries;
    for (const auto& entry : fs::directory_iterator(path_)) entries.push_back(entry.path());
    switch (opening) {
      case Opening::fresh:
        require(entries.empty(), ErrorCode::value,
                "{}: the folder is not empty: go on with it (--resume), or remove the run in it (--force)", path_);
        break;
      case Opening::resume:
        break;
      case Opening::force:
        for (const auto& entry : entries)
          if (is_of_a_run(entry.filename().string())) fs::remove_all(entry);
        break;
    }
    // What was being written when a run ended.
    for (const auto& folder : {path_, this->path("checkpoints")}) {
      std::error_code none;
      std::vector<fs::path> leftovers;
      for (const auto& entry : fs::directory_iterator(folder, none)) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(kUnfinished)) leftovers.push_back(entry.path());
        if (!name.ends_with(kReplaced)) continue;
        const fs::path whole = entry.path().parent_path() / name.substr(0, name.size() - kReplaced.size());
        if (fs::exists(whole)) {
          leftovers.push_back(entry.path());
        } else {
          fs::rename(entry.path(), whole);
        }
      }
      for (const auto& leftover : leftovers) fs::remove_all(leftover);
    }
    return 0;
  });
}

std::string RunFolder::path(std::string_view name) const { return join_path(path_, name); }

void RunFolder::replace(const std::string& name, const std::function<void(const std::string& folder)>& write) const {
  const std::string whole = path(name), unfinished = whole + std::string(kUnfinished), replaced = whole + std::string(kReplaced);
  reporting(whole, [&] {
    fs::remove_all(unfinished);
    fs::remove_all(replaced);
    return 0;
  });
  make_directories(unfinished);
  write(unfinished);
  flush_folder(unfinished);
  reporting(whole, [&] {
    if (fs::exists(whole)) fs::rename(whole, replaced);
    fs::rename(unfinished, whole);
    fs::remove_all(replaced);
    return 0;
  });
  flush_folder(fs::path(whole).parent_path().string());
}

std::string RunFolder::checkpoint(std::int64_t step) const { return path("checkpoints/" + std::string(kStep) + std::to_string(step)); }

void RunFolder::add_checkpoint(std::int64_t step, std::int64_t keep, const std::function<void(const std::string& folder)>& write) const {
  make_directories(path("checkpoints"));
  replace("checkpoints/" + std::string(kStep) + std::to_string(step), write);
  auto steps = checkpoints_in(path("checkpoints"));
  while (static_cast<std::int64_t>(steps.size()) > std::max<std::int64_t>(1, keep)) {
    if (steps.front() == step) break;
    reporting(path_, [&] { return fs::remove_all(checkpoint(steps.front())); });
    steps.erase(steps.begin());
  }
}

std::optional<std::int64_t> RunFolder::newest_checkpoint() const {
  const auto steps = checkpoints_in(path("checkpoints"));
  return steps.empty() ? std::nullopt : std::optional(steps.back());
}

}  // namespace albert
