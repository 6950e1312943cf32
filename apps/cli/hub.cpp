// Hub ids: found in the hub cache's layout (models--OWNER--NAME/refs/main, snapshots/REVISION), read only.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "albert/model.h"
#include "common.h"
#include "failure.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string find_snapshot(const std::string& id) {
  std::string folder = "models--";
  for (const char c : id) folder += c == '/' ? std::string("--") : std::string(1, c);
  const fs::path repository = fs::path(hub_cache_directory()) / folder;
  std::error_code ignored;
  std::string revision;
  std::ifstream(repository / "refs" / "main") >> revision;
  const fs::path named = repository / "snapshots" / revision;
  if (!revision.empty() && revision.find('/') == std::string::npos && fs::is_directory(named, ignored)) return named.string();
  // Without a reference to the main branch the snapshot must be the only one.
  std::string found;
  for (const auto& entry : fs::directory_iterator(repository / "snapshots", ignored)) {
    if (!found.empty()) return "";
    found = entry.path().string();
  }
  return found;
}

}  // namespace

std::string hub_cache_directory() {
  for (const char* name : {"HF_HUB_CACHE", "TRANSFORMERS_CACHE", "HUGGINGFACE_HUB_CACHE"})
    if (const std::string cache = environment(name); !cache.empty()) return cache;
  if (const std::string home = environment("HF_HOME"); !home.empty()) return home + "/hub";
  if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) return cache + "/huggingface/hub";
  return environment("HOME") + "/.cache/huggingface/hub";
}

std::string resolve_model(const std::optional<std::string>& model) {
  if (!model) {
    const std::string& inside = albert::embedded_model();
    if (inside.empty()) throw Failure(Exit::missing, "this program was built without a model inside: --model is required");
    return inside;
  }
  std::error_code ignored;
  if (model->empty()) throw Failure(Exit::missing, "--model is empty: expected a directory, a file or a hub id");
  if (fs::exists(*model, ignored)) return *model;
  if (const std::string snapshot = find_snapshot(*model); !snapshot.empty()) return snapshot;
  throw Failure(Exit::missing,
                "there is no model '" + *model + "': not a directory or file, and not in the hub cache " + hub_cache_directory());
}

}  // namespace cli
