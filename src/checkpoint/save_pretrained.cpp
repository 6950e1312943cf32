// AlbertPreTrainedModel::save_pretrained: config.json, weights, shards and their index.
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "albert/model.h"
#include "base/check.h"
#include "base/file.h"
#include "checkpoint/checkpoint_files.h"
#include "checkpoint/shard_size.h"
#include "formats/safetensors.h"
#include "formats/torch_file.h"
#include "model/parameters.h"

namespace albert {
namespace {

using Entries = std::vector<std::pair<std::string, Tensor>>;

// The state dict in its order. safetensors knows no sharing: there a tied row is left out.
Entries state_dict(const Parameters::Impl& parameters, bool with_tied) {
  Entries entries;
  for (std::size_t row = 0; row < parameters.table.size(); ++row)
    if (with_tied || parameters.table[row].tied_to.empty()) entries.emplace_back(parameters.table[row].name, parameters.tensors[row]);
  return entries;
}

struct Shards {
  std::vector<Entries> parts;
  std::int64_t total_size = 0;  // tied storages once
};

// Tensors that share storage stay together; a part is closed before it would pass the limit.
Shards split(const Entries& entries, std::int64_t limit) {
  Shards shards;
  shards.parts.emplace_back();
  std::map<std::pair<const std::byte*, std::size_t>, std::size_t> part_of;
  std::int64_t part_size = 0;
  for (const auto& entry : entries) {
    const auto size = static_cast<std::int64_t>(entry.second.bytes());
    const std::pair storage(entry.second.data(), entry.second.bytes());
    if (const auto known = part_of.find(storage); size > 0 && known != part_of.end()) {
      shards.parts[known->second].push_back(entry);
      continue;
    }
    if (part_size + size > limit && !shards.parts.back().empty()) {
      shards.parts.emplace_back();
      part_size = 0;
    }
    shards.parts.back().push_back(entry);
    part_size += size;
    shards.total_size += size;
    part_of.emplace(storage, shards.parts.size() - 1);
  }
  return shards;
}

std::string without_suffixes(std::string name) {
  for (const std::string_view suffix : {".bin", ".safetensors"})
    for (std::size_t at = name.find(suffix); at != std::string::npos; at = name.find(suffix, at)) name.erase(at, suffix.size());
  return name;
}

// "...-00001-of-00005"
bool is_shard_name(const std::string& name) {
  constexpr std::string_view kPattern = "-ddddd-of-ddddd";
  if (name.size() < kPattern.size()) return false;
  const std::string_view tail = std::string_view(name).substr(name.size() - kPattern.size());
  for (std::size_t i = 0; i < kPattern.size(); ++i)
    if (kPattern[i] == 'd' ? tail[i] < '0' || tail[i] > '9' : tail[i] != kPattern[i]) return false;
  return true;
}

std::vector<std::string> shard_names(const std::string& weights_name, std::size_t count) {
  if (count == 1) return {weights_name};
  const std::size_t dot = weights_name.rfind('.');
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= count; ++i)
    names.push_back(fmt::format("{}-{:05}-of-{:05}{}", weights_name.substr(0, dot), i, count, weights_name.substr(dot)));
  return names;
}

void delete_stale_shards(const std::string& directory, const std::string& weights_name, const std::vector<std::string>& written) {
  const std::string stem = without_suffixes(weights_name);
  const std::set<std::string> keep(written.begin(), written.end());
  std::error_code error;
  std::vector<std::filesystem::path> stale;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(stem) && is_shard_name(without_suffixes(name)) && !keep.contains(name) && is_file(entry->path().string()))
      stale.push_back(entry->path());
  }
  for (const auto& path : stale) {
    std::filesystem::remove(path, error);
    require(!error, ErrorCode::io, "{}: cannot delete this shard of an earlier save: {}", path.string(), error.message());
  }
}

void write_index(const std::string& path, const Shards& shards, const std::vector<std::string>& names) {
  Json::Object weight_map;
  for (std::size_t i = 0; i < names.size(); ++i)
    for (const auto& [name, tensor] : shards.parts[i]) weight_map.emplace_back(name, names[i]);
  const Json index = Json::Object{{"metadata", Json::Object{{"total_size", shards.total_size}}}, {"weight_map", std::move(weight_map)}};
  write_file(path, dump_json(index, {.indent = 2, .sort_keys = true}) + "\n");
}

}  // namespace

void AlbertPreTrainedModel::save_pretrained(const std::string& directory, const SaveOptions& options) const {
  require(!is_file(directory), ErrorCode::io, "Provided path ({}) should be a directory, not a file", directory);
  const Parameters::Impl& values = parameters().impl();
  const Shards shards = split(state_dict(values, !options.safe_serialization), parse_shard_size(options.max_shard_size));
  make_directories(directory);

  AlbertConfig saved = config();
  const DType dtype = values.tensors.empty() ? DType::f32 : values.tensors.front().dtype();
  saved.set("torch_dtype", std::string(to_string(dtype)));
  saved.set("architectures", Json::Array{std::string(to_string(model_class()))});
  saved.save_pretrained(directory);

  const std::string plain_name = options.safe_serialization ? "model.safetensors" : "pytorch_model.bin";
  const std::string weights_name = with_variant(plain_name, options.variant);
  const std::vector<std::string> names = shard_names(weights_name, shards.parts.size());
  delete_stale_shards(directory, weights_name, names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string path = join_path(directory, names[i]);
    if (options.safe_serialization)
      formats::write_safetensors(path, shards.parts[i], {{"format", "pt"}});
    else
      formats::write_torch_zip(path, shards.parts[i]);
  }
  if (names.size() > 1) write_index(join_path(directory, with_variant(plain_name + ".index.json", options.variant)), shards, names);
}

}  // namespace albert
