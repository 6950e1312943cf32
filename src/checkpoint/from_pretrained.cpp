// AlbertPreTrainedModel::from_pretrained: configuration, files, values, model.
#include <algorithm>
#include <iterator>
#include <set>

#include "albert/model.h"
#include "base/check.h"
#include "checkpoint/checkpoint_files.h"
#include "checkpoint/key_match.h"
#include "checkpoint/state_loader.h"
#include "model/config_load.h"

namespace albert {
namespace {

// One folder inside another place.
class Subfolder final : public FileSource {
 public:
  Subfolder(const FileSource& parent, std::string folder)
      : parent_(parent), folder_(std::move(folder)), name_(join_path(parent.name(), folder_)) {}
  std::shared_ptr<const MappedFile> open(std::string_view name) const override { return parent_.open(join_path(folder_, name)); }
  std::vector<std::string> folders(std::string_view name) const override { return parent_.folders(join_path(folder_, name)); }
  const std::string& name() const noexcept override { return name_; }

 private:
  const FileSource& parent_;
  std::string folder_, name_;
};

// What a model is made from: where its configuration lies, and its weights.
struct Source {
  std::optional<AlbertConfig> config;
  Json unused;  // keyword arguments that are none of the configuration
  Checkpoint weights;
};

void load_source_config(Source& source, const FileSource& files, const LoadOptions& options) {
  if (options.config) {
    source.config = options.config;
    source.unused = options.config_overrides;
  } else {
    source.config = load_config(files, options.config_overrides, &source.unused);
  }
}

// The encoder of a folder and one of its heads, as a single state dict. What else the folder's own
// weights hold - other heads, a pooler that this class has not - is no part of it.
Checkpoint join_head(Checkpoint encoder, Checkpoint head, const std::vector<ParameterSpec>& table) {
  const bool prefixed =
      std::any_of(encoder.keys.begin(), encoder.keys.end(), [](const std::string& key) { return modern_key(key).starts_with("albert"); });
  const auto renamed = [&](const std::string& key) { return (prefixed ? "" : "albert.") + modern_key(key); };
  std::set<std::string_view> base_names;
  for (const ParameterSpec& row : table)
    if (row.name.starts_with("albert.")) base_names.insert(row.name);
  const auto wanted = [&](const std::string& name) { return base_names.contains(name); };
  Checkpoint joined;
  for (const std::string& key : encoder.keys)
    if (std::string name = renamed(key); wanted(name)) joined.keys.push_back(std::move(name));
  for (formats::NamedTensors& shard : encoder.shards) {
    formats::NamedTensors kept;
    for (auto& [key, tensor] : shard.tensors)
      if (std::string name = renamed(key); wanted(name)) kept.tensors.emplace_back(std::move(name), std::move(tensor));
    joined.shards.push_back(std::move(kept));
  }
  joined.keys.insert(joined.keys.end(), head.keys.begin(), head.keys.end());
  std::move(head.shards.begin(), head.shards.end(), std::back_inserter(joined.shards));
  return joined;
}

Source open_folder(const FileSource& files, ModelClass model_class, const LoadOptions& options) {
  Source source;
  const CheckpointChoice choice{options.variant, options.use_safetensors};
  const Subfolder head(files, "heads/" + options.task);
  if (!options.task.empty() && head.open("config.json") != nullptr) {
    load_source_config(source, head, options);
    const auto table = parameter_table(*source.config, model_class, true, options.flavor);
    source.weights = join_head(read_checkpoint(files, choice), read_checkpoint(head, choice), table);
  } else {
    load_source_config(source, files, options);
    source.weights = read_checkpoint(files, choice);
  }
  return source;
}

// A weight file by itself: its configuration is given, or lies beside it.
Source open_file(const std::string& path, const LoadOptions& options) {
  Source source;
  const std::size_t slash = path.rfind('/');
  const DirectorySource beside(slash == std::string::npos ? "." : path.substr(0, slash + 1));
  require(options.config || beside.open("config.json") != nullptr, ErrorCode::not_found,
          "{} is a weight file: a configuration must be given, or a config.json must lie beside it", path);
  load_source_config(source, beside, options);
  source.weights = read_checkpoint_file(MappedFile::open(path));
  return source;
}

Source open_path(const std::string& given, ModelClass model_class, const LoadOptions& options) {
  const Json* subfolder = options.config_overrides.find("subfolder");
  const std::string path =
      subfolder != nullptr && subfolder->is_string() && !subfolder->as_string().empty() ? join_path(given, subfolder->as_string()) : given;
  if (const auto files = find_source(path)) return open_folder(*files, model_class, options);
  if (is_file(path)) return open_file(path, options);
  require(!is_file(path + ".index"), ErrorCode::value, "We found a TensorFlow checkpoint at {}.index: convert it to PyTorch's format first",
          path);
  fail(ErrorCode::not_found, "'{}' is neither a model's folder nor a weight file", path);
}

// What the configuration did not take goes to the class, which knows one argument at most.
bool pooling_argument(const Json& unused, ModelClass model_class) {
  bool add_pooling_layer = true;
  if (!unused.is_object()) return add_pooling_layer;
  for (const auto& [name, value] : unused.as_object()) {
    if (name == "subfolder") continue;
    require(name == "add_pooling_layer" && model_class == ModelClass::model, ErrorCode::type,
            "{}.__init__() got an unexpected keyword argument '{}'", to_string(model_class), name);
    add_pooling_layer = value.as_bool();
  }
  return add_pooling_layer;
}

}  // namespace

AlbertPreTrainedModel AlbertPreTrainedModel::from_pretrained(ModelClass model_class, const std::string& path, const LoadOptions& options) {
  Source source = open_path(path, model_class, options);
  source.config->set("_name_or_path", path);
  const bool add_pooling_layer = pooling_argument(source.unused, model_class);
  LoadingInfo info;
  const Parameters parameters = load_state(source.weights,
                                           {.config = *source.config,
                                            .model_class = model_class,
                                            .flavor = options.flavor,
                                            .add_pooling_layer = add_pooling_layer,
                                            .ignore_mismatched_sizes = options.ignore_mismatched_sizes,
                                            .seed = options.seed,
                                            .path = path},
                                           info);
  if (options.info != nullptr) *options.info = std::move(info);
  AlbertPreTrainedModel model(
      model_class, *source.config, parameters,
      BuildOptions{.device = options.device, .flavor = options.flavor, .seed = options.seed, .add_pooling_layer = add_pooling_layer});
  model.eval();
  return model;
}

}  // namespace albert
