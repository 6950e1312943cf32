// Reading AlbertConfig: dictionaries, files, directories and the overrides that come with them.
#include "model/config_load.h"

#include <array>

#include "base/check.h"
#include "base/file.h"
#include "model/python_value.h"
#include "model/version_order.h"

namespace albert {
namespace {

constexpr std::size_t max_text = std::size_t{1} << 28;  // bytes; a configuration takes about a thousand

Json parse_file(const MappedFile& file) {
  require(file.bytes().size() <= max_text, ErrorCode::resource, "{}: {} bytes are too many for a configuration", file.name(),
          file.bytes().size());
  try {
    return parse_json(file.text());
  } catch (const Error& error) {
    fail(error.code(), "{}: not a configuration: {}", file.name(), error.what());
  }
}

/// VERSION of a name that holds "config.VERSION.json" on one line; false when it does not.
bool version_in(std::string_view name, std::string& version) {
  constexpr std::string_view head = "config.";
  constexpr std::string_view tail = ".json";
  for (auto at = name.find(head); at != std::string_view::npos; at = name.find(head, at + 1)) {
    std::string_view rest = name.substr(at + head.size());
    rest = rest.substr(0, rest.find('\n'));
    const auto end = rest.rfind(tail);
    if (end == std::string_view::npos) continue;
    version = rest.substr(0, end);
    return true;
  }
  return false;
}

/// The file of `configuration_files` that serves this version: versions are walked in the order of
/// their text, and the first later one ends the walk.
std::string choose_file(const Json& files) {
  std::map<std::string, std::string> by_version;
  const auto add = [&](const std::string& name) {
    std::string version;
    if (version_in(name, version)) by_version[version] = name;
  };
  if (files.is_object()) {
    for (const auto& [name, value] : files.as_object()) add(name);
  } else if (!files.is_string()) {  // the characters of a string name nothing
    for (const Json& name : files.as_array()) add(name.as_string());
  }
  std::string chosen = "config.json";
  for (const auto& [version, name] : by_version) {
    if (is_later_version(version)) break;
    chosen = name;
  }
  return chosen;
}

/// Keywords that say where and how to find the file.
bool is_loading_keyword(std::string_view name) {
  static constexpr std::array<std::string_view, 14> names{
      "cache_dir", "force_download",    "resume_download", "proxies",        "token",      "use_auth_token", "local_files_only",
      "revision",  "trust_remote_code", "subfolder",       "_from_pipeline", "_from_auto", "_commit_hash",   "_configuration_file"};
  for (const auto known : names)
    if (known == name) return true;
  return false;
}

}  // namespace

AlbertConfig AlbertConfig::from_dict(const Json& dict, const Json& overrides, Json* unused) {
  require(dict.is_object(), ErrorCode::type, "a configuration should be a dictionary, got {}", dict.type_name());
  Json::Object keywords;
  if (!overrides.is_null()) keywords = overrides.as_object();
  std::erase_if(keywords, [](const Json::Member& member) {
    return member.first == "return_unused_kwargs" || member.first == "_from_auto" || member.first == "_from_pipeline";
  });

  AlbertConfig config(dict);
  if (config.has("pruned_heads")) config.convert_keys("pruned_heads");  // an attribute_map can hide it

  const Json* num_labels = nullptr;
  const Json* id2label = nullptr;
  for (auto& [name, value] : keywords) {
    if (name == "num_labels") num_labels = &value;
    if (name == "id2label") id2label = &value;
    if (name == "_commit_hash")
      if (const Json* hash = dict.find(name)) value = *hash;
  }
  if (num_labels && id2label) {
    const std::size_t length = id2label->is_null() ? 0 : python_len(*id2label);
    require(
        Json(length) == *num_labels, ErrorCode::value,
        "You passed along `num_labels={}` with an incompatible id to label map: {:.200}. Since those arguments are inconsistent with each "
        "other, you should remove one of them.",
        python_str(*num_labels), python_str(*id2label));
  }
  Json::Object rest;
  for (auto& [name, value] : keywords) {
    const bool known = config.has(name);
    if (known) config.set(name, value);
    if (!known || name == "torch_dtype") rest.emplace_back(name, std::move(value));
  }
  (void)config.serialized_diff();  // what cannot be written is refused here, as the reference logs the text
  if (unused) *unused = std::move(rest);
  return config;
}

AlbertConfig AlbertConfig::from_json_file(const std::string& path) {
  const Json dict = parse_file(*MappedFile::open(path));
  require(dict.is_object(), ErrorCode::type, "{}: a configuration should be a dictionary, got {}", path, dict.type_name());
  return AlbertConfig(dict);
}

AlbertConfig AlbertConfig::from_opener(const std::function<Json(const std::string& name)>& read, const Json& overrides, Json* unused) {
  const auto read_dict = [&](const std::string& name) {
    Json dict = read(name);
    require(dict.is_object(), ErrorCode::type, "{}: a configuration should be a dictionary, got {}", name, dict.type_name());
    const Json* hash = overrides.find("_commit_hash");
    dict.set("_commit_hash", hash ? *hash : Json());
    return dict;
  };
  Json dict = read_dict("config.json");
  if (const Json* files = dict.find("configuration_files")) {
    const std::string chosen = choose_file(*files);
    dict = read_dict(chosen);
  }
  std::vector<std::string> notes;
  if (const Json* trust = overrides.find("trust_remote_code"); trust && trust->is_bool() && trust->as_bool())
    notes.emplace_back("The argument `trust_remote_code` is to be used with Auto classes. It has no effect here and is ignored.");
  if (const Json* type = dict.find("model_type"); type && !(*type == Json("albert")))
    notes.push_back(
        fmt::format("You are using a model of type {} to instantiate a model of type albert. This is not supported for all configurations "
                    "of models and "
                    "can yield errors.",
                    python_str(*type)));

  Json keywords = overrides;
  if (!keywords.is_null()) std::erase_if(keywords.as_object(), [](const Json::Member& member) { return is_loading_keyword(member.first); });
  AlbertConfig config = from_dict(dict, keywords, unused);
  config.warnings_.insert(config.warnings_.begin(), notes.begin(), notes.end());
  return config;
}

AlbertConfig load_config(const FileSource& files, const Json& overrides, Json* unused) {
  const auto read = [&](const std::string& name) {
    const auto file = files.open(name);
    require(file != nullptr, ErrorCode::not_found, "{} has no {}: expected a model's folder", files.name(), name);
    return parse_file(*file);
  };
  return AlbertConfig::from_opener(read, overrides, unused);
}

AlbertConfig AlbertConfig::from_pretrained(const std::string& path, const Json& overrides, Json* unused) {
  if (is_file(path)) return from_opener([&](const std::string&) { return parse_file(*MappedFile::open(path)); }, overrides, unused);
  const Json* subfolder = overrides.find("subfolder");
  const auto files = find_source(subfolder ? join_path(path, subfolder->as_string()) : path);
  require(files != nullptr, ErrorCode::not_found, "'{}' is neither a folder with a config.json nor a JSON file", path);
  return load_config(*files, overrides, unused);
}

}  // namespace albert
