// albert forward: named tensors in, named tensors out.
#include <fmt/format.h>

#include <algorithm>

#include "albert/gradients.h"
#include "albert/model.h"
#include "albert/safetensors.h"
#include "command.h"
#include "common.h"
#include "failure.h"
#include "interrupt.h"
#include "log.h"
#include "output.h"
#include "terminal.h"

namespace cli {
namespace {

using albert::ModelInputs;
using albert::ModelOutput;
using albert::Tensor;

std::vector<std::string> class_names() {
  using albert::ModelClass;
  std::vector<std::string> names;
  for (const auto one : {ModelClass::model, ModelClass::pre_training, ModelClass::masked_lm, ModelClass::sequence_classification,
                         ModelClass::multiple_choice, ModelClass::token_classification, ModelClass::question_answering})
    names.emplace_back(albert::to_string(one));
  return names;
}

ModelInputs read_inputs(const std::string& path) {
  using Member = std::optional<Tensor> ModelInputs::*;
  static const std::pair<const char*, Member> kMembers[] = {
      {"input_ids", &ModelInputs::input_ids},
      {"attention_mask", &ModelInputs::attention_mask},
      {"token_type_ids", &ModelInputs::token_type_ids},
      {"position_ids", &ModelInputs::position_ids},
      {"head_mask", &ModelInputs::head_mask},
      {"inputs_embeds", &ModelInputs::inputs_embeds},
      {"labels", &ModelInputs::labels},
      {"sentence_order_label", &ModelInputs::sentence_order_label},
      {"start_positions", &ModelInputs::start_positions},
      {"end_positions", &ModelInputs::end_positions},
  };
  ModelInputs inputs;
  for (auto& [name, tensor] : albert::load_safetensors(path)) {
    const auto member = std::find_if(std::begin(kMembers), std::end(kMembers), [&name](const auto& one) { return name == one.first; });
    if (member == std::end(kMembers)) {
      std::string known;
      for (const auto& one : kMembers) known += (known.empty() ? "" : ", ") + std::string(one.first);
      throw albert::Error(albert::ErrorCode::bad_data, path + ": '" + name + "' is no argument of a model; expected " + known);
    }
    inputs.*(member->second) = tensor;
  }
  return inputs;
}

albert::TensorList named(const ModelOutput& output) {
  albert::TensorList tensors;
  for (const auto& [name, value] : output.fields()) {
    if (const auto* tensor = std::get_if<Tensor>(&value)) {
      tensors.emplace_back(name, *tensor);
      continue;
    }
    const auto& list = std::get<std::vector<Tensor>>(value);
    for (std::size_t i = 0; i < list.size(); ++i) tensors.emplace_back(name + "." + std::to_string(i), list[i]);
  }
  return tensors;
}

/// Gradients by the PyTorch names of their parameters, then that of inputs_embeds.
albert::TensorList named(const albert::Gradients& gradients) {
  albert::TensorList tensors;
  for (const auto& name : gradients.names()) tensors.emplace_back(name, gradients.at(name));
  if (const auto& embeds = gradients.inputs_embeds()) tensors.emplace_back("inputs_embeds", *embeds);
  return tensors;
}

albert::Activations activations_of(const std::optional<std::string>& name) {
  if (!name) return albert::Activations::automatic;
  return *name == "keep" ? albert::Activations::keep : albert::Activations::recompute;
}

/// A field of an output that is asked for: "hidden_states.3" of hidden_states.
bool asks_for(const albert::Cotangents& cotangents, const std::string& field) {
  return std::any_of(cotangents.begin(), cotangents.end(), [&](const auto& one) { return one.first.starts_with(field + "."); });
}

void report(const albert::LoadingInfo& info, const std::string& path) {
  const auto names = [](const std::vector<std::string>& list) {
    std::string text;
    for (const auto& name : list) text += (text.empty() ? "" : ", ") + name;
    return text;
  };
  for (const auto& warning : info.warnings) warn(warning);
  if (!info.unexpected_keys.empty()) warn(path + ": not used: " + names(info.unexpected_keys));
  if (!info.missing_keys.empty()) warn(path + ": newly initialised, the file lacks: " + names(info.missing_keys));
  for (const auto& mismatch : info.mismatched_keys)
    warn(path + ": newly initialised, another shape in the file: " + mismatch.name + " " + albert::to_string(mismatch.file_shape) +
         ", the model has " + albert::to_string(mismatch.model_shape));
}

}  // namespace

int forward(const Arguments& arguments) {
  ModelOptions model;
  std::optional<std::string> class_name, inputs_path, outputs_path, gradients_path, cotangents_path, activations;
  std::string padding = "exact", flavor = "pytorch";
  std::int64_t seed = 0;
  bool hidden_states = false, attentions = false, train = false, ignore_mismatched = false;
  Options options("forward", "Runs one of the seven classes on tensors from a safetensors file.");
  options.text("--class", class_name, "NAME", "AlbertModel ... (required)").choices(class_names());
  options.text("--inputs", inputs_path, "FILE", "tensors by argument name (required)");
  options.text("--outputs", outputs_path, "FILE", "where the fields of the output go (required)").says_what_is_written();
  options.flag("--output-hidden-states", hidden_states, "hidden_states.0 ... too");
  options.flag("--output-attentions", attentions, "attentions.0 ... too");
  options.text("--padding", padding, "exact|packed", "compute every row, or skip masked tokens");
  options.text("--flavor", flavor, "pytorch|tensorflow|flax", "the arithmetic of which framework");
  options.flag("--train", train, "with dropout, seeded by --seed");
  options.integer("--seed", seed, "N", "of dropout and of absent weights");
  options.flag("--ignore-mismatched-sizes", ignore_mismatched, "initialise weights of another shape");
  options.text("--gradients", gradients_path, "FILE", "gradients of the loss, by parameter").says_what_is_written();
  options.text("--cotangents", cotangents_path, "FILE", "of sum(field * cotangent) instead");
  options.text("--activations", activations, "keep|recompute", "for gradients (by the memory there is)");
  options.heading("model");
  model.declare(options);
  options.example("albert forward --class AlbertModel --inputs in.safetensors --outputs out.safetensors");
  if (!options.parse(arguments)) return 0;

  if (cotangents_path && !gradients_path) throw Failure(Exit::usage, "--cotangents is for --gradients");
  if (!class_name || !inputs_path || !outputs_path) throw Failure(Exit::usage, "--class, --inputs and --outputs are required");
  albert::LoadingInfo info;
  albert::LoadOptions load;
  const auto model_class = in_stage(Stage::options, [&] {
    load.flavor = albert::flavor_from_string(flavor);
    return albert::model_class_from_string(*class_name);
  });
  load.device = model.make_device();
  load.seed = static_cast<std::uint64_t>(seed);
  load.ignore_mismatched_sizes = ignore_mismatched;
  load.info = &info;
  const std::string path = resolve_model(model.model);
  std::optional<albert::Gradients> gradients;
  const ModelOutput result = in_stage(Stage::data, [&] {
    const ModelInputs inputs = read_inputs(*inputs_path);
    const auto loaded = albert::AlbertPreTrainedModel::from_pretrained(model_class, path, load);
    report(info, path);
    albert::ForwardOptions call;
    if (hidden_states) call.output_hidden_states = true;
    if (attentions) call.output_attentions = true;
    call.padding = padding == "packed" ? albert::Padding::packed : albert::Padding::exact;
    call.train = train;
    call.dropout_seed = static_cast<std::uint64_t>(seed);
    const Progress progress("");
    if (!gradients_path) return loaded.forward(inputs, call);
    albert::Cotangents cotangents;
    if (cotangents_path) cotangents = albert::load_safetensors(*cotangents_path);
    if (cotangents_path && cotangents.empty()) throw albert::Error(albert::ErrorCode::bad_data, *cotangents_path + ": no tensors");
    if (asks_for(cotangents, "hidden_states")) call.output_hidden_states = true;
    if (asks_for(cotangents, "attentions")) call.output_attentions = true;
    const albert::RecordOptions record{call, activations_of(activations)};
    if (log_enabled(Level::debug)) {
      const auto plan = loaded.plan_recording(inputs, record);
      log(Level::debug, fmt::format("working memory: {} bytes when activations are kept, {} when blocks run again; {}", plan.keep_bytes,
                                    plan.recompute_bytes, plan.activations == albert::Activations::keep ? "kept" : "run again"));
    }
    const auto recording = loaded.record(inputs, record);
    gradients.emplace(loaded.parameters(), load.device->options().dtype);
    recording.backward(*gradients, cotangents);
    return recording.output();
  });
  for (const auto& warning : result.warnings()) warn(warning);
  const DeferInterrupts until_written;
  in_stage(Stage::write, [&] {
    albert::save_safetensors(*outputs_path, named(result));
    if (gradients) albert::save_safetensors(*gradients_path, named(*gradients));
  });
  return 0;
}

}  // namespace cli
