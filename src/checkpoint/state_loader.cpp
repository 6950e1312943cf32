#include "checkpoint/state_loader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/check.h"
#include "base/name_hash.h"
#include "base/random.h"
#include "checkpoint/key_match.h"

namespace albert {
namespace {

using ByName = std::map<std::string, const Tensor*, std::less<>>;

std::string module_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? "" : name.substr(0, dot);
}

// "['a', 'b']", as the reference's messages show a list.
std::string python_list(const std::vector<std::string>& names) { return fmt::format("['{}']", fmt::join(names, "', '")); }

class StateLoader {
 public:
  StateLoader(const Checkpoint& checkpoint, const StateRequest& request, LoadingInfo& info)
      : checkpoint_(checkpoint),
        request_(request),
        info_(info),
        table_(parameter_table(request.config, request.model_class, request.add_pooling_layer, request.flavor)),
        match_(match_keys(table_, checkpoint.keys)),
        values_(table_.size()),
        filled_(table_.size(), false) {
    for (std::size_t row = 0; row < table_.size(); ++row) rows_.emplace(table_[row].name, row);
    for (std::size_t row = 0; row < table_.size(); ++row)
      if (!match_.loaded.contains(table_[row].name)) {
        incomplete_.insert(module_of(table_[row].name));
        incomplete_.insert(module_of(table_[owner(row)].name));
      }
  }

  Parameters load() && {
    for (const formats::NamedTensors& shard : checkpoint_.shards) copy(shard);
    if (!errors_.empty()) fail_mismatch();
    check_missing();
    for (std::size_t row = 0; row < table_.size(); ++row)
      if (!filled_[row] && table_[row].tied_to.empty()) values_[row] = fresh_value(row);
    report();
    return bind_parameters(std::move(table_), std::move(values_));
  }

 private:
  // Tied rows hold one value: what is copied last - the decoder, by the order of the rows - stays.
  std::size_t owner(std::size_t row) const { return table_[row].tied_to.empty() ? row : rows_.at(table_[row].tied_to); }

  // TensorFlow's head multiplies by the word table and has no weight of its own that could replace it.
  bool has_no_decoder(std::size_t row) const {
    return request_.flavor == Flavor::tensorflow && !table_[row].tied_to.empty() && table_[row].shape.size() == 2;
  }

  void copy(const formats::NamedTensors& shard) {
    std::set<std::string> dropped;
    if (request_.ignore_mismatched_sizes) drop_mismatched(shard, dropped);
    ByName tensors;
    for (const auto& [name, tensor] : shard.tensors)
      if (modern_key(name) == name && !dropped.contains(name)) tensors.insert_or_assign(name, &tensor);
    for (const auto& [name, tensor] : shard.tensors)  // where both spellings stand, the old one wins
      if (std::string key = modern_key(name); key != name && !dropped.contains(name)) tensors.insert_or_assign(std::move(key), &tensor);
    std::map<std::string, std::string> others;
    for (const auto& [name, type] : shard.others) others.insert_or_assign(modern_key(name), type);
    for (std::size_t row = 0; row < table_.size(); ++row) {
      const std::string name = match_.file_name(table_[row].name);
      if (const auto other = others.find(name); other != others.end())
        errors_.push_back(
            fmt::format("While copying the parameter named \"{}\", expected torch.Tensor or Tensor-like object from checkpoint but "
                        "received <class '{}'>",
                        name, other->second));
      const auto found = tensors.find(name);
      if (found == tensors.end()) continue;
      if (has_no_decoder(row) && filled_[owner(row)]) continue;
      const Tensor& tensor = *found->second;
      if (tensor.shape() != table_[row].shape) {
        errors_.push_back(
            fmt::format("size mismatch for {}: copying a param with shape torch.Size({}) from checkpoint, the shape in current "
                        "model is torch.Size({}).",
                        name, to_string(tensor.shape()), to_string(table_[row].shape)));
        continue;
      }
      values_[owner(row)] = tensor.to(DType::f32);
      filled_[owner(row)] = true;
    }
  }

  // What a file lacks is drawn at random: a head, or a small model. A large one is a wrong file or a
  // hostile configuration.
  void check_missing() const {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
    std::vector<ParameterSpec> missing;
    for (std::size_t row = 0; row < table_.size(); ++row)
      if (!filled_[row]) missing.push_back(table_[row]);
    require(bytes_of(missing) <= kMost, ErrorCode::resource,
            "{}: the file lacks {} of the {} tensors of {}, {} bytes; at most {} are initialised", request_.path, missing.size(),
            table_.size(), to_string(request_.model_class), bytes_of(missing), kMost);
  }

  // Only names in today's spelling are looked at here, as in the reference.
  void drop_mismatched(const formats::NamedTensors& shard, std::set<std::string>& dropped) {
    const std::set<std::string> announced(checkpoint_.keys.begin(), checkpoint_.keys.end());
    for (const auto& [name, tensor] : shard.tensors) {
      const auto row = rows_.find(match_.model_name(name));
      if (row == rows_.end() || !announced.contains(name) || tensor.shape() == table_[row->second].shape) continue;
      info_.mismatched_keys.push_back({name, tensor.shape(), table_[row->second].shape});
      dropped.insert(name);
    }
  }

  // A module that lacks anything is initialised as ALBERT does it; one whose tensors are all
  // announced, but not usable, keeps what torch puts into a layer when it is made.
  Tensor fresh_value(std::size_t row) const {
    const ParameterSpec& spec = table_[row];
    const std::string module = module_of(spec.name);
    if (incomplete_.contains(module)) return initial_value(spec, request_.config, request_.flavor, request_.seed);
    return layer_default(spec, module);
  }

  Tensor layer_default(const ParameterSpec& spec, const std::string& module) const {
    Tensor tensor(DType::f32, spec.shape);
    const auto values = tensor.mutable_values<float>();
    const std::uint64_t stream = name_hash(spec.name);
    const auto weight = rows_.find(module + ".weight");
    if (spec.initializer == Initializer::ones) {
      std::fill(values.begin(), values.end(), 1.0F);
    } else if (weight == rows_.end() || table_[weight->second].shape.size() != 2) {
      // LayerNorm's bias and the masked-LM head's own bias start as zeros.
    } else if (module.ends_with("_embeddings") || module.ends_with("_embedding")) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(normal(request_.seed, stream, i));
      const auto pad = request_.config.pad_token_id();
      if (spec.initializer == Initializer::normal_pad_row && pad && *pad >= 0 && *pad < spec.shape[0])
        std::fill_n(values.begin() + *pad * spec.shape[1], spec.shape[1], 0.0F);
    } else {
      const double bound = 1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(1, table_[weight->second].shape[1])));
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>((2 * uniform(request_.seed, stream, i) - 1) * bound);
    }
    return tensor;
  }

  [[noreturn]] void fail_mismatch() const {
    const bool sizes =
        std::any_of(errors_.begin(), errors_.end(), [](const std::string& error) { return error.starts_with("size mismatch"); });
    fail(ErrorCode::value, "Error(s) in loading state_dict for {}:\n\t{}{}", to_string(request_.model_class), fmt::join(errors_, "\n\t"),
         sizes ? "\n\tYou may consider adding `ignore_mismatched_sizes=True` in the model `from_pretrained` method." : "");
  }

  bool is_listed_architecture(std::string_view name) const {
    if (!request_.config.has("architectures")) return false;
    const Json listed = request_.config.get("architectures");
    if (!listed.is_array()) return false;
    return std::any_of(listed.as_array().begin(), listed.as_array().end(),
                       [&](const Json& item) { return item.is_string() && item.as_string() == name; });
  }

  void report() {
    const std::string_view name = to_string(request_.model_class);
    info_.missing_keys = match_.missing;
    info_.unexpected_keys = match_.unexpected;
    if (!match_.unexpected.empty() && is_listed_architecture(name))
      info_.warnings.push_back(fmt::format(
          "Some weights of the model checkpoint at {0} were not used when initializing {1}: {2}\n- This IS expected if you are "
          "initializing {1} "
          "from the checkpoint of a model trained on another task or with another architecture (e.g. initializing a "
          "BertForSequenceClassification model from a BertForPreTraining model).\n- This IS NOT expected if you are initializing {1} from "
          "the "
          "checkpoint of a model that you expect to be exactly identical (initializing a BertForSequenceClassification model from a "
          "BertForSequenceClassification model).",
          request_.path, name, python_list(match_.unexpected)));
    if (!match_.missing.empty())
      info_.warnings.push_back(
          fmt::format("Some weights of {} were not initialized from the model checkpoint at {} and are newly initialized: {}\nYou should "
                      "probably TRAIN this "
                      "model on a down-stream task to be able to use it for predictions and inference.",
                      name, request_.path, python_list(match_.missing)));
    if (info_.mismatched_keys.empty()) return;
    std::string lines;
    for (const LoadingInfo::Mismatch& mismatch : info_.mismatched_keys)
      lines += fmt::format("- {}: found shape torch.Size({}) in the checkpoint and torch.Size({}) in the model instantiated\n",
                           mismatch.name, to_string(mismatch.file_shape), to_string(mismatch.model_shape));
    info_.warnings.push_back(
        fmt::format("Some weights of {} were not initialized from the model checkpoint at {} and are newly initialized because the shapes "
                    "did not match:\n"
                    "{}You should probably TRAIN this model on a down-stream task to be able to use it for predictions and inference.",
                    name, request_.path, lines));
  }

  const Checkpoint& checkpoint_;
  const StateRequest& request_;
  LoadingInfo& info_;
  std::vector<ParameterSpec> table_;
  std::map<std::string, std::size_t, std::less<>> rows_;
  KeyMatch match_;
  std::set<std::string> incomplete_;  // modules that lack an entry in the file
  std::vector<Tensor> values_;
  std::vector<bool> filled_;
  std::vector<std::string> errors_;
};

}  // namespace

Parameters load_state(const Checkpoint& checkpoint, const StateRequest& request, LoadingInfo& info) {
  return StateLoader(checkpoint, request, info).load();
}

}  // namespace albert
