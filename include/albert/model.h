// AlbertModel and its six heads: from tensors to named outputs.
//
// Class, argument and output names are the reference's. A model is a configuration plus a set of
// parameters that it shares; forward() is const and may be called from many threads at once. A
// model built from a configuration is randomly initialised, as in the reference.
//
//   auto model = albert::AlbertForMaskedLM::from_pretrained("path/to/model");
//   albert::ModelInputs inputs;
//   inputs.input_ids = albert::Tensor::from<std::int64_t>({1, 3}, {2, 31, 3});
//   auto logits = model.forward(inputs).at("logits");          // [1, 3, vocab_size], float32
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "albert/config.h"
#include "albert/device.h"
#include "albert/export.h"
#include "albert/flavor.h"
#include "albert/tensor.h"

namespace ALBERT_API albert {

/// What to do with masked tokens (padded inputs): compute every row as the reference does, or drop
/// them on entry and return zeros in their place.
enum class Padding { exact, packed };

/// The arguments of a model call; a Tensor that is not set is the reference's None.
/// Shapes as in the reference: B batch, S sequence, K choices, E embedding_size, A heads, N layers.
struct ModelInputs {
  std::optional<Tensor> input_ids{};       ///< [B, S] int64 or int32 (multiple choice: [B, K, S])
  std::optional<Tensor> attention_mask{};  ///< [B, S] any number type; [B, S, S] per query. Default: ones
  std::optional<Tensor> token_type_ids{};  ///< [B, S] integers. Default: zeros
  std::optional<Tensor> position_ids{};    ///< [B, S] or [1, S] integers. Default: 0 ... S-1
  std::optional<Tensor> head_mask{};       ///< [A], [N, A] or five axes; 1 keep, 0 remove
  std::optional<Tensor> inputs_embeds{};   ///< [B, S, E] instead of input_ids
  std::optional<Tensor> labels{};
  std::optional<Tensor> sentence_order_label{};  ///< [B]
  std::optional<Tensor> start_positions{};       ///< [B]
  std::optional<Tensor> end_positions{};         ///< [B]
};

struct ForwardOptions {
  std::optional<bool> output_attentions{};  ///< default: the configuration's
  std::optional<bool> output_hidden_states{};
  Padding padding = Padding::exact;
  std::optional<bool> train{};  ///< dropout on or off. Default: the model's mode
  std::uint64_t dropout_seed = 0;
};

/// An ordered map from field name to tensor, or to a list of tensors (hidden_states, attentions).
/// Absent fields are not in it.
class ModelOutput {
 public:
  using Value = std::variant<Tensor, std::vector<Tensor>>;
  [[nodiscard]] bool contains(std::string_view name) const noexcept;
  [[nodiscard]] const Tensor& at(std::string_view name) const;                 ///< Error{key}
  [[nodiscard]] const std::vector<Tensor>& list(std::string_view name) const;  ///< Error{key}
  [[nodiscard]] const std::vector<std::pair<std::string, Value>>& fields() const noexcept { return fields_; }
  void append(std::string name, Value value) { fields_.emplace_back(std::move(name), std::move(value)); }
  /// What the reference would log during the call (it says each only once a process).
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }
  void warn(std::string sentence) { warnings_.push_back(std::move(sentence)); }

 private:
  std::vector<std::pair<std::string, Value>> fields_;
  std::vector<std::string> warnings_;
};

/// A complete set of a model's parameters by their PyTorch names, plus the layout they share.
/// Immutable once it is in a model; copies share storage.
class Parameters {
 public:
  struct Impl;
  Parameters();
  explicit Parameters(std::shared_ptr<const Impl> impl);
  [[nodiscard]] std::vector<std::string> names() const;  ///< in state-dict order, tied ones once
  [[nodiscard]] bool contains(std::string_view name) const;
  [[nodiscard]] Tensor at(std::string_view name) const;  ///< Error{key}
  /// The same parameters with some replaced. Error{key|value} for an unknown name or another shape.
  [[nodiscard]] Parameters with(const std::vector<std::pair<std::string, Tensor>>& replacements) const;
  [[nodiscard]] std::int64_t count() const;  ///< number of scalars
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// What loading found, in the reference's words.
struct LoadingInfo {
  struct Mismatch {
    std::string name{};
    std::vector<std::int64_t> file_shape{}, model_shape{};
  };
  std::vector<std::string> missing_keys, unexpected_keys;
  std::vector<Mismatch> mismatched_keys;
  std::vector<std::string> warnings;
};

struct LoadOptions {
  std::shared_ptr<const Device> device{};  ///< null: default_device()
  Flavor flavor = Flavor::pytorch;
  std::optional<AlbertConfig> config{};  ///< null: the folder's config.json
  Json config_overrides{};               ///< keyword arguments for the configuration
  bool ignore_mismatched_sizes = false;
  std::string variant{};
  std::optional<bool> use_safetensors{};
  std::uint64_t seed = 0;       ///< for parameters that the file lacks
  LoadingInfo* info = nullptr;  ///< filled in when given
  /// A folder may hold heads for several tasks around one encoder: heads/TASK/config.json and
  /// heads/TASK/model.safetensors with the head's tensors alone. With `task` the encoder comes from
  /// the folder's own weights, the configuration and the head from heads/TASK; a folder without
  /// that head is read as any other.
  std::string task{};
};

/// The path of the model inside the program ("embedded:albert-mini-en"), which configurations,
/// tokenizers, models and pipelines load as they load a folder. Empty when it was left out of the build.
[[nodiscard]] const std::string& embedded_model();
/// The tasks that a folder (or the embedded model) has heads of its own for: the folders under heads/.
[[nodiscard]] std::vector<std::string> model_tasks(const std::string& path);

/// The seven classes.
enum class ModelClass {
  model,                    ///< AlbertModel
  pre_training,             ///< AlbertForPreTraining
  masked_lm,                ///< AlbertForMaskedLM
  sequence_classification,  ///< AlbertForSequenceClassification
  multiple_choice,          ///< AlbertForMultipleChoice
  token_classification,     ///< AlbertForTokenClassification
  question_answering,       ///< AlbertForQuestionAnswering
};
[[nodiscard]] std::string_view to_string(ModelClass model_class) noexcept;  ///< "AlbertForMaskedLM"
[[nodiscard]] ModelClass model_class_from_string(std::string_view name);    ///< Error{key}

class Recording;
struct RecordOptions;
struct RecordingPlan;

/// What the seven classes have in common (the reference's AlbertPreTrainedModel).
class AlbertPreTrainedModel {
 public:
  struct BuildOptions {
    std::shared_ptr<const Device> device{};
    Flavor flavor = Flavor::pytorch;
    std::uint64_t seed = 0;
    bool add_pooling_layer = true;  ///< AlbertModel only
  };

  AlbertPreTrainedModel(ModelClass model_class, const AlbertConfig& config, const BuildOptions& options);  ///< random weights
  AlbertPreTrainedModel(ModelClass model_class, const AlbertConfig& config, const Parameters& parameters, const BuildOptions& options);
  /// Loads a model's folder, embedded_model(), or one weight file (its configuration is given or lies
  /// beside it), in the order and by the name rules of the reference. The model is in evaluation mode.
  /// Error{not_found|bad_data|value|key|not_implemented|io}; tensors of another shape are an
  /// Error{value} unless ignore_mismatched_sizes.
  static AlbertPreTrainedModel from_pretrained(ModelClass model_class, const std::string& path, const LoadOptions& options = {});

  /// Writes config.json and the weights (model.safetensors, or pytorch_model.bin), in shards when
  /// they exceed `max_shard_size`. Shards of an earlier save that are not written again are deleted.
  /// Error{value} for a size that is not understood, Error{io}.
  struct SaveOptions {
    bool safe_serialization = true;
    std::string max_shard_size = "10GB";  ///< an integer and a unit: GB, MB, KB, GiB, MiB, KiB
    std::string variant{};                ///< model.VARIANT.safetensors
  };
  void save_pretrained(const std::string& directory, const SaveOptions& options) const;
  void save_pretrained(const std::string& directory) const { save_pretrained(directory, SaveOptions{}); }

  [[nodiscard]] ModelOutput forward(const ModelInputs& inputs, const ForwardOptions& options = {}) const;
  /// The functional form: computes with parameters that the caller holds; the model is not touched.
  [[nodiscard]] ModelOutput apply(const Parameters& parameters, const ModelInputs& inputs, const ForwardOptions& options = {}) const;

  // Derivatives: albert/gradients.h.
  /// A forward pass that can be differentiated. Error{resource} when its plan exceeds the memory.
  [[nodiscard]] Recording record(const ModelInputs& inputs, const RecordOptions& options) const;
  [[nodiscard]] Recording record(const ModelInputs& inputs) const;
  /// The functional form of record().
  [[nodiscard]] Recording record(const Parameters& parameters, const ModelInputs& inputs, const RecordOptions& options) const;
  /// The memory that record() will take for these inputs, without running anything.
  [[nodiscard]] RecordingPlan plan_recording(const ModelInputs& inputs, const RecordOptions& options) const;

  [[nodiscard]] ModelClass model_class() const noexcept;
  [[nodiscard]] const AlbertConfig& config() const noexcept;
  [[nodiscard]] const Parameters& parameters() const noexcept;
  [[nodiscard]] Flavor flavor() const noexcept;
  [[nodiscard]] const std::shared_ptr<const Device>& device() const noexcept;
  [[nodiscard]] bool training() const noexcept;
  void train(bool mode = true) noexcept;
  void eval() noexcept { train(false); }

  // Maintenance, as the methods of the same names in the reference.
  void resize_token_embeddings(std::optional<std::int64_t> new_num_tokens, std::optional<std::int64_t> pad_to_multiple_of = {});
  void prune_heads(const std::map<std::int64_t, std::vector<std::int64_t>>& heads_to_prune);
  void set_input_embeddings(const Tensor& table);  ///< [V, E]
  void tie_weights();

  AlbertPreTrainedModel(const AlbertPreTrainedModel&);
  AlbertPreTrainedModel(AlbertPreTrainedModel&&) noexcept;
  AlbertPreTrainedModel& operator=(const AlbertPreTrainedModel&);
  AlbertPreTrainedModel& operator=(AlbertPreTrainedModel&&) noexcept;
  ~AlbertPreTrainedModel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// One class a head: the names that the reference's users know, over the common base.
template <ModelClass kClass>
class AlbertClass : public AlbertPreTrainedModel {
 public:
  explicit AlbertClass(const AlbertConfig& config, const BuildOptions& options = {}) : AlbertPreTrainedModel(kClass, config, options) {}
  AlbertClass(const AlbertConfig& config, const Parameters& parameters, const BuildOptions& options = {})
      : AlbertPreTrainedModel(kClass, config, parameters, options) {}
  static AlbertClass from_pretrained(const std::string& path, const LoadOptions& options = {}) {
    return AlbertClass(AlbertPreTrainedModel::from_pretrained(kClass, path, options));
  }

 private:
  explicit AlbertClass(AlbertPreTrainedModel&& base) : AlbertPreTrainedModel(std::move(base)) {}
};

using AlbertModel = AlbertClass<ModelClass::model>;
using AlbertForPreTraining = AlbertClass<ModelClass::pre_training>;
using AlbertForMaskedLM = AlbertClass<ModelClass::masked_lm>;
using AlbertForSequenceClassification = AlbertClass<ModelClass::sequence_classification>;
using AlbertForMultipleChoice = AlbertClass<ModelClass::multiple_choice>;
using AlbertForTokenClassification = AlbertClass<ModelClass::token_classification>;
using AlbertForQuestionAnswering = AlbertClass<ModelClass::question_answering>;

}  // namespace ALBERT_API albert
