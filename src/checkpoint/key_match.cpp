#include "checkpoint/key_match.h"

#include <algorithm>
#include <map>

#include "base/check.h"

namespace albert {
namespace {

constexpr std::string_view kBase = "albert";
constexpr std::string_view kBaseDot = "albert.";

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

// The model's name as it is compared and reported.
std::string compared_name(const std::string& name, Prefix prefix) {
  if (prefix == Prefix::stripped && name.starts_with(kBaseDot)) return name.substr(kBaseDot.size());
  if (prefix == Prefix::added) return std::string(kBaseDot) + name;
  return name;
}

// A tied name counts as there when another of its group is.
void drop_tied(const std::vector<ParameterSpec>& table, Prefix prefix, std::vector<std::string>& missing) {
  std::map<std::string, std::vector<std::string>> groups;
  for (const ParameterSpec& row : table)
    if (!row.tied_to.empty()) {
      auto& group = groups[row.tied_to];
      if (group.empty()) group.push_back(compared_name(row.tied_to, prefix));
      group.push_back(compared_name(row.name, prefix));
    }
  for (const auto& [owner, group] : groups) {
    const auto is_missing = [&](const std::string& name) { return std::find(missing.begin(), missing.end(), name) != missing.end(); };
    if (std::all_of(group.begin(), group.end(), is_missing)) continue;
    std::erase_if(missing, [&](const std::string& name) { return std::find(group.begin(), group.end(), name) != group.end(); });
  }
}

}  // namespace

std::string modern_key(const std::string& key) {
  if (key.find("beta") != std::string::npos) return replace_all(key, "beta", "bias");
  return replace_all(key, "gamma", "weight");
}

std::string KeyMatch::file_name(const std::string& model_name) const {
  if (prefix == Prefix::stripped) return model_name.starts_with(kBaseDot) ? model_name.substr(kBaseDot.size()) : "";
  return compared_name(model_name, prefix);
}

std::string KeyMatch::model_name(const std::string& file_name) const {
  if (prefix == Prefix::stripped) return std::string(kBaseDot) + file_name;
  if (prefix == Prefix::added) return file_name.find('.') == std::string::npos ? "" : file_name.substr(file_name.find('.') + 1);
  return file_name;
}

KeyMatch match_keys(const std::vector<ParameterSpec>& table, const std::vector<std::string>& keys) {
  std::vector<std::string> loaded;
  loaded.reserve(keys.size());
  for (const std::string& key : keys) loaded.push_back(modern_key(key));
  const std::set<std::string> loaded_set(loaded.begin(), loaded.end());

  const bool has = std::any_of(loaded.begin(), loaded.end(), [](const std::string& key) { return key.starts_with(kBase); });
  const bool expects = std::any_of(table.begin(), table.end(), [](const ParameterSpec& row) { return row.name.starts_with(kBase); });
  KeyMatch match;
  match.prefix = !has && expects ? Prefix::stripped : has && !expects ? Prefix::added : Prefix::same;

  std::set<std::string> expected;
  std::set<std::string> head_names, base_names;
  for (const ParameterSpec& row : table) {
    const std::string name = compared_name(row.name, match.prefix);
    expected.insert(name);
    if (!loaded_set.contains(name)) match.missing.push_back(name);
    (row.name.starts_with(kBaseDot) ? base_names : head_names).insert(name);
  }
  drop_tied(table, match.prefix, match.missing);

  if (match.prefix == Prefix::stripped)
    for (const std::string& key : loaded)
      require(
          !head_names.contains(key) || base_names.contains(key), ErrorCode::value,
          "The state dictionary of the model you are trying to load is corrupted. Are you sure it was properly saved? ('{}' is there, but "
          "no name begins with 'albert')",
          key);

  // Buffers that older files hold and that are derived from the configuration.
  const std::string embeddings = (expects ? "albert." : "") + std::string("embeddings.");
  for (const char* buffer : {"position_ids", "token_type_ids"}) expected.insert(compared_name(embeddings + buffer, match.prefix));
  std::set<std::string> reported;
  for (const std::string& key : loaded)
    if (!expected.contains(key) && reported.insert(key).second) match.unexpected.push_back(key);

  for (const std::string& key : loaded_set) {
    if (match.prefix == Prefix::added)
      match.loaded.insert(key.size() > kBaseDot.size() ? key.substr(kBaseDot.size()) : "");
    else
      match.loaded.insert(match.model_name(key));
  }
  return match;
}

}  // namespace albert
