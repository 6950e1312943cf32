#include "checkpoint/checkpoint_files.h"

#include <filesystem>
#include <set>

#include "albert/json.h"
#include "base/check.h"
#include "formats/weight_file.h"

namespace albert {
namespace {

// The header of a safetensors file names the framework whose names and layout it holds.
void check_framework(const MappedFile& file, const formats::NamedTensors& content) {
  const auto format = content.metadata.find("format");
  const bool known = format != content.metadata.end() && (format->second == "pt" || format->second == "tf" || format->second == "flax");
  require(
      known, ErrorCode::bad_data,
      "The safetensors archive passed at {} does not contain the valid metadata. Make sure you save your model with the `save_pretrained` "
      "method: its __metadata__ must have \"format\": \"pt\"",
      file.name());
  require(format->second == "pt", ErrorCode::not_implemented, "Conversion from a {} safetensors archive ({}) to PyTorch is not implemented",
          format->second, file.name());
}

// A state dict is one dict deep: what lies in a dict inside it has no name there.
void drop_nested(formats::NamedTensors& content) {
  for (const auto& [name, type] : content.others)
    if (type == "dict")
      std::erase_if(content.tensors, [prefix = name + "."](const auto& entry) { return entry.first.starts_with(prefix); });
}

formats::NamedTensors read_file(const std::shared_ptr<const MappedFile>& file) {
  const formats::WeightFormat& format = formats::detect_weight_format(*file);
  formats::NamedTensors content = formats::read_weight_file(file);
  if (format.name == "safetensors") check_framework(*file, content);
  drop_nested(content);
  return content;
}

const Json& member(const Json& index, std::string_view key, const std::string& name) {
  const Json* value = index.find(key);
  require(value != nullptr, ErrorCode::key, "{}: an index of shards needs the key '{}'", name, key);
  require(value->is_object(), ErrorCode::bad_data, "{}: '{}' must be an object, got {}", name, key, value->type_name());
  return *value;
}

// Shards lie in the folder of their index; one elsewhere is not a model's file, whatever it holds.
bool is_inside(std::string_view path) {
  if (path.starts_with('/')) return false;
  for (const auto& part : std::filesystem::path(path))
    if (part == "..") return false;
  return true;
}

Checkpoint read_shards(const FileSource& files, const MappedFile& index_file) {
  const Json index = parse_json(index_file.text());
  static_cast<void>(member(index, "metadata", index_file.name()));
  Checkpoint checkpoint;
  std::set<std::string> names;
  for (const auto& [key, file] : member(index, "weight_map", index_file.name()).as_object()) {
    require(file.is_string(), ErrorCode::bad_data, "{}: the file of '{}' must be a string, got {}", index_file.name(), key,
            file.type_name());
    require(is_inside(file.as_string()), ErrorCode::bad_data, "{}: the file of '{}' must lie in the folder, got '{}'", index_file.name(),
            key, file.as_string());
    checkpoint.keys.push_back(key);
    names.insert(file.as_string());
  }
  for (const std::string& name : names) {
    const auto file = files.open(name);
    require(file != nullptr, ErrorCode::not_found, "{} has no file named {}, which {} lists", files.name(), name, index_file.name());
    checkpoint.shards.push_back(read_file(file));
  }
  return checkpoint;
}

[[noreturn]] void fail_nothing_found(const FileSource& files, const CheckpointChoice& choice) {
  const std::string expected = with_variant("pytorch_model.bin", choice.variant);
  for (const auto& [name, framework] :
       {std::pair("model.ckpt.index", "TensorFlow"), {"tf_model.h5", "TensorFlow"}, {"flax_model.msgpack", "Flax"}})
    if (files.open(name) != nullptr)
      fail(ErrorCode::not_found,
           "Error no file named {} found in directory {} but there is a file for {} weights ({}): save the model in PyTorch's format first",
           expected, files.name(), framework, name);
  fail(ErrorCode::not_found, "Error no file named {}, {} or an index of either found in directory {}",
       with_variant("model.safetensors", choice.variant), expected, files.name());
}

}  // namespace

std::string with_variant(const std::string& name, const std::string& variant) {
  if (variant.empty()) return name;
  const std::size_t dot = name.rfind('.');
  return name.substr(0, dot) + "." + variant + name.substr(dot);
}

Checkpoint read_checkpoint_file(const std::shared_ptr<const MappedFile>& file) {
  Checkpoint checkpoint;
  checkpoint.shards.push_back(read_file(file));
  for (const auto& [name, tensor] : checkpoint.shards[0].tensors) checkpoint.keys.push_back(name);
  for (const auto& [name, type] : checkpoint.shards[0].others) checkpoint.keys.push_back(name);
  return checkpoint;
}

Checkpoint read_checkpoint(const FileSource& files, const CheckpointChoice& choice) {
  for (const char* stem : {"model.safetensors", "pytorch_model.bin"}) {
    if (choice.use_safetensors == false && std::string_view(stem) == "model.safetensors") continue;
    if (const auto file = files.open(with_variant(stem, choice.variant))) return read_checkpoint_file(file);
    if (const auto index = files.open(with_variant(std::string(stem) + ".index.json", choice.variant))) return read_shards(files, *index);
  }
  fail_nothing_found(files, choice);
}

}  // namespace albert
