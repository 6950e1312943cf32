#include "albert/model.h"

#include <algorithm>
#include <new>

#include "base/check.h"
#include "base/element.h"
#include "model/forward.h"
#include "model/model_impl.h"
#include "model/python_value.h"

namespace albert {
namespace {

constexpr std::pair<ProblemType, std::string_view> kProblemTypes[] = {
    {ProblemType::regression, "regression"},
    {ProblemType::single_label_classification, "single_label_classification"},
    {ProblemType::multi_label_classification, "multi_label_classification"},
};

/// One label is regression; whole numbers are classes; everything else is one yes or no a class.
ProblemType inferred_problem(std::int64_t num_labels, const Tensor& labels) {
  if (num_labels == 1) return ProblemType::regression;
  if (labels.dtype() == DType::i64 || labels.dtype() == DType::i32) return ProblemType::single_label_classification;
  return ProblemType::multi_label_classification;
}

/// The reference's word about ids that begin or end with the padding token while nothing is masked; empty when it has none.
std::string padding_warning(const AlbertConfig& config, const ModelInputs& inputs) {
  if (!inputs.input_ids || inputs.attention_mask || config.get("pad_token_id").is_null()) return {};
  const Tensor ids = inputs.input_ids->to(DType::i64);
  const auto values = ids.values<std::int64_t>();
  const auto width = static_cast<std::size_t>(ids.shape().empty() ? 0 : ids.shape().back());
  const std::int64_t pad = *config.pad_token_id();
  bool found = false;
  for (std::size_t row = 0; width > 0 && row < values.size(); row += width)
    found = found || values[row] == pad || values[row + width - 1] == pad;
  if (!found) return {};
  std::string warning =
      "We strongly recommend passing in an `attention_mask` since your input_ids may be padded. See "
      "https://huggingface.co/docs/transformers/troubleshooting#incorrect-output-when-padding-tokens-arent-masked.";
  const Json bos = config.get("bos_token_id"), eos = config.get("eos_token_id"), sep = config.get("sep_token_id");
  if (bos == Json(pad) || eos == Json(pad) || sep == Json(pad))
    warning += fmt::format(
        "\nYou may ignore this warning if your `pad_token_id` ({}) is identical to the `bos_token_id` ({}), `eos_token_id` ({}), or the "
        "`sep_token_id` ({}), and your input is not padded.",
        pad, python_str(bos), python_str(eos), python_str(sep));
  return warning;
}

}  // namespace

Parameters conform(const std::vector<ParameterSpec>& table, const Parameters& given) {
  const auto& impl = given.impl();
  bool same = impl.table.size() == table.size();
  std::vector<Tensor> tensors;
  tensors.reserve(table.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto row = impl.find(table[i].name);
    require(row >= 0, ErrorCode::key, "parameters: '{}' is missing", table[i].name);
    const auto& spec = impl.table[static_cast<std::size_t>(row)];
    require(spec.shape == table[i].shape, ErrorCode::value, "{}: expected shape {}, got {}", spec.name, to_string(table[i].shape),
            to_string(spec.shape));
    same = same && static_cast<std::size_t>(row) == i && spec.tied_to == table[i].tied_to;
    tensors.push_back(impl.tensors[static_cast<std::size_t>(row)]);
  }
  return same ? given : bind_parameters(table, std::move(tensors));
}

AlbertPreTrainedModel::Impl::Impl(Architecture built, const AlbertConfig& config, Parameters given, const BuildOptions& options)
    : architecture(std::move(built)),
      parameters(std::move(given)),
      device(options.device ? options.device : default_device()),
      seed(options.seed) {
  set_config(config);
  if (architecture.decoder_cloned) tie();
}

AlbertPreTrainedModel::Impl::Impl(const Impl& other)
    : architecture(other.architecture), parameters(other.parameters), device(other.device), seed(other.seed), training(other.training) {
  set_config(other.config());
}

void AlbertPreTrainedModel::Impl::set_config(AlbertConfig config) const {
  const std::lock_guard lock(config_mutex);
  current_config = &configs.emplace_back(std::move(config));
}

ProblemType AlbertPreTrainedModel::Impl::problem_type(const Tensor& labels, bool remember) const {
  const std::lock_guard lock(config_mutex);
  if (const auto name = config().problem_type()) {
    for (const auto& [type, text] : kProblemTypes)
      if (text == *name) return type;
    return ProblemType::none;
  }
  const auto type = inferred_problem(architecture.num_labels, labels);
  if (remember) {
    auto decided = config();
    for (const auto& [candidate, text] : kProblemTypes)
      if (candidate == type) decided.set("problem_type", Json(text));
    current_config = &configs.emplace_back(std::move(decided));
  }
  return type;
}

ForwardSettings AlbertPreTrainedModel::Impl::settings_of(const ModelInputs& inputs, const ForwardOptions& options, bool remember) const {
  ForwardSettings settings;
  settings.output_attentions = options.output_attentions.value_or(config().output_attentions());
  settings.output_hidden_states = options.output_hidden_states.value_or(config().output_hidden_states());
  settings.train = options.train.value_or(training);
  settings.legacy_loss = config().tf_legacy_loss();
  settings.padding = options.padding;
  settings.dropout_seed = options.dropout_seed;
  if (architecture.model_class == ModelClass::sequence_classification && architecture.flavor == Flavor::pytorch && inputs.labels)
    settings.problem = problem_type(*inputs.labels, remember);
  return settings;
}

ModelOutput AlbertPreTrainedModel::Impl::run(const Parameters& with, const ModelInputs& inputs, const ForwardOptions& options,
                                             bool remember) const {
  try {
    ModelOutput output = run_forward(architecture, with, device, inputs, settings_of(inputs, options, remember));
    if (architecture.flavor == Flavor::pytorch)
      if (std::string warning = padding_warning(config(), inputs); !warning.empty()) output.warn(std::move(warning));
    return output;
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::resource, "out of memory in a forward pass of {}", to_string(architecture.model_class));
  }
}

Recording AlbertPreTrainedModel::Impl::record(const Parameters& with, const ModelInputs& inputs, const RecordOptions& options,
                                              bool remember) const {
  try {
    auto recorded =
        run_recorded(architecture, with, device, recordings, inputs, settings_of(inputs, options.forward, remember), options.activations);
    if (architecture.flavor == Flavor::pytorch)
      if (std::string warning = padding_warning(config(), inputs); !warning.empty()) recorded->output.warn(std::move(warning));
    return Recording(std::move(recorded));
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::resource, "out of memory in a recorded forward pass of {}", to_string(architecture.model_class));
  }
}

// A fresh PyTorch model is in training mode; the calls of the other two frameworks say so themselves.
AlbertPreTrainedModel::AlbertPreTrainedModel(ModelClass model_class, const AlbertConfig& config, const BuildOptions& options)
    : impl_(std::make_shared<Impl>(make_architecture(config, model_class, options.add_pooling_layer, options.flavor), config,
                                   initial_parameters(config, model_class, options.add_pooling_layer, options.flavor, options.seed),
                                   options)) {
  impl_->training = options.flavor == Flavor::pytorch;
}

AlbertPreTrainedModel::AlbertPreTrainedModel(ModelClass model_class, const AlbertConfig& config, const Parameters& parameters,
                                             const BuildOptions& options)
    : impl_(std::make_shared<Impl>(make_architecture(config, model_class, options.add_pooling_layer, options.flavor), config,
                                   conform(parameter_table(config, model_class, options.add_pooling_layer, options.flavor), parameters),
                                   options)) {}

ModelOutput AlbertPreTrainedModel::forward(const ModelInputs& inputs, const ForwardOptions& options) const {
  return impl_->run(impl_->parameters, inputs, options, true);
}

ModelOutput AlbertPreTrainedModel::apply(const Parameters& parameters, const ModelInputs& inputs, const ForwardOptions& options) const {
  return impl_->run(conform(impl_->parameters.impl().table, parameters), inputs, options, false);
}

Recording AlbertPreTrainedModel::record(const ModelInputs& inputs, const RecordOptions& options) const {
  return impl_->record(impl_->parameters, inputs, options, true);
}

Recording AlbertPreTrainedModel::record(const ModelInputs& inputs) const { return record(inputs, RecordOptions{}); }

Recording AlbertPreTrainedModel::record(const Parameters& parameters, const ModelInputs& inputs, const RecordOptions& options) const {
  return impl_->record(conform(impl_->parameters.impl().table, parameters), inputs, options, false);
}

RecordingPlan AlbertPreTrainedModel::plan_recording(const ModelInputs& inputs, const RecordOptions& options) const {
  return plan_recorded(impl_->architecture, impl_->parameters, impl_->device, impl_->recordings, inputs,
                       impl_->settings_of(inputs, options.forward, false), options.activations);
}

ModelClass AlbertPreTrainedModel::model_class() const noexcept { return impl_->architecture.model_class; }
const AlbertConfig& AlbertPreTrainedModel::config() const noexcept { return impl_->config(); }
const Parameters& AlbertPreTrainedModel::parameters() const noexcept { return impl_->parameters; }
Flavor AlbertPreTrainedModel::flavor() const noexcept { return impl_->architecture.flavor; }
const std::shared_ptr<const Device>& AlbertPreTrainedModel::device() const noexcept { return impl_->device; }
bool AlbertPreTrainedModel::training() const noexcept { return impl_->training; }
void AlbertPreTrainedModel::train(bool mode) noexcept { impl_->training = mode; }

AlbertPreTrainedModel::AlbertPreTrainedModel(const AlbertPreTrainedModel& other) : impl_(std::make_shared<Impl>(*other.impl_)) {}
AlbertPreTrainedModel::AlbertPreTrainedModel(AlbertPreTrainedModel&&) noexcept = default;
AlbertPreTrainedModel& AlbertPreTrainedModel::operator=(const AlbertPreTrainedModel& other) {
  if (this != &other) impl_ = std::make_shared<Impl>(*other.impl_);
  return *this;
}
AlbertPreTrainedModel& AlbertPreTrainedModel::operator=(AlbertPreTrainedModel&&) noexcept = default;
AlbertPreTrainedModel::~AlbertPreTrainedModel() = default;

}  // namespace albert
