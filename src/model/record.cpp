#include "model/record.h"

#include <algorithm>
#include <new>

#include "base/memory.h"
#include "model/encoder.h"

namespace albert {
namespace {

/// What the arenas of a recording hold beside the tape of the blocks: that of the head, and what its backward takes.
template <class T>
std::uint64_t head_bytes(const Pass<T>& pass, const ModelInputs& inputs) {
  const auto& a = pass.architecture;
  const std::int64_t tokens = pass.batch.tokens(), rows = pass.batch.rows, hidden = a.hidden_size;
  std::int64_t elements = tokens * hidden + backward_scratch(pass);  // dsequence, and what encode_backward takes
  if (a.pooler) elements += 5 * rows * hidden;
  if (a.has_mlm_head()) {
    const std::int64_t vocab = pass.weights.mlm_decoder->out;
    std::int64_t reached = tokens;  // rows of logits with a gradient: the labelled ones, when it comes from the loss
    if (inputs.labels && inputs.labels->dtype() == DType::i64) {
      const auto labels = inputs.labels->template values<std::int64_t>();
      reached = static_cast<std::int64_t>(labels.size()) - std::count(labels.begin(), labels.end(), kIgnoredLabel);
    }
    elements += 3 * tokens * a.embedding_size + reached * (vocab + 4 * a.embedding_size + 2 * hidden);
    if (pass.batch.dropped_any()) elements += tokens * vocab;
  } else if (a.model_class == ModelClass::token_classification) {
    elements += tokens * (hidden + 3 * pass.weights.classifier->out);
  } else if (a.model_class == ModelClass::question_answering) {
    elements += 8 * rows * pass.batch.sequence;
  }
  return static_cast<std::uint64_t>(elements) * sizeof(T);
}

template <class T>
RecordingPlan make_plan(const Pass<T>& pass, const ModelInputs& inputs, Activations wanted) {
  const auto bytes = [&](bool recompute) {
    ArenaSize size;
    (void)take_tape<T>(pass, recompute, size);
    return size.bytes() + head_bytes(pass, inputs);
  };
  RecordingPlan plan;
  plan.keep_bytes = bytes(false);
  plan.recompute_bytes = bytes(true);
  const bool roomy = plan.keep_bytes < (std::uint64_t{1} << 28) || plan.keep_bytes <= available_memory() / 2;
  plan.activations = wanted != Activations::automatic ? wanted : roomy ? Activations::keep : Activations::recompute;
  return plan;
}

template <class T>
class RecordedPass final : public Recording::Impl {
 public:
  RecordedPass(const Architecture& architecture, const Parameters& parameters, const std::shared_ptr<const Device>& device,
               const backend::Backend<T>& backend, std::shared_ptr<const Prepared<T>> weights, std::shared_ptr<RecordingPool> pool,
               const ModelInputs& inputs, const ForwardSettings& settings)
      : architecture_(architecture),
        parameters_(parameters),
        device_(device),
        weights_(std::move(weights)),
        pool_(std::move(pool)),
        workspace_(pool_->borrow()),
        inputs_(inputs),
        settings_(settings),
        pass_(make_pass<T>(architecture_, *weights_, backend, inputs_, settings_, *workspace_)) {}

  void plan_for(Activations activations) { plan = make_plan(pass_, inputs_, activations); }

  void forward() {
    require_memory(plan.bytes(), "activations for a backward pass");
    prepare_backward(*weights_, parameters_, pass_.backend);
    tape_ = take_tape<T>(pass_, plan.activations == Activations::recompute, pass_.arena);
    output = run_pass<T>(pass_, inputs_, settings_, &tape_);
  }

  void backward(Gradients::Impl& gradients, const Cotangents& cotangents) override {
    check_gradients(gradients, parameters_, dtype_of<T>);
    const std::lock_guard turn(mutex);
    const CotangentTable table(cotangents, output, dtype_of<T>);
    const GradientSink<T> sink(gradients);
    const auto arena = workspace_->block_arenas.borrow();
    run_pass_backward<T>({pass_, inputs_, tape_, table, sink, *arena}, settings_);
  }

 private:
  const Architecture architecture_;
  const Parameters parameters_;
  const std::shared_ptr<const Device> device_;
  const std::shared_ptr<const Prepared<T>> weights_;
  const std::shared_ptr<RecordingPool> pool_;
  const RecordingPool::Lease workspace_;
  const ModelInputs inputs_;
  const ForwardSettings settings_;
  const Pass<T> pass_;
  Tape<T> tape_;
};

/// Calls use(recorded pass at the precision of the device), before its forward.
template <class Use>
auto with_recorded(const Architecture& architecture, const Parameters& parameters, const std::shared_ptr<const Device>& device,
                   const std::shared_ptr<RecordingPool>& pool, const ModelInputs& inputs, const ForwardSettings& settings, const Use& use) {
  const auto make = [&]<class T>(const backend::Backend<T>& backend) {
    return use(std::make_shared<RecordedPass<T>>(architecture, parameters, device, backend, prepare(parameters, device, backend), pool,
                                                 inputs, settings));
  };
  const auto& known = backend::as_backend_device(*device);
  return known.f64() != nullptr ? make(*known.f64()) : make(*known.f32());
}

}  // namespace

std::shared_ptr<Recording::Impl> run_recorded(const Architecture& architecture, const Parameters& parameters,
                                              const std::shared_ptr<const Device>& device, const std::shared_ptr<RecordingPool>& pool,
                                              const ModelInputs& inputs, const ForwardSettings& settings, Activations activations) {
  return with_recorded(architecture, parameters, device, pool, inputs, settings,
                       [&](const auto& recorded) -> std::shared_ptr<Recording::Impl> {
                         recorded->plan_for(activations);
                         recorded->forward();
                         return recorded;
                       });
}

RecordingPlan plan_recorded(const Architecture& architecture, const Parameters& parameters, const std::shared_ptr<const Device>& device,
                            const std::shared_ptr<RecordingPool>& pool, const ModelInputs& inputs, const ForwardSettings& settings,
                            Activations activations) {
  return with_recorded(architecture, parameters, device, pool, inputs, settings, [&](const auto& recorded) {
    recorded->plan_for(activations);
    return recorded->plan;
  });
}

Recording::Recording(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
const ModelOutput& Recording::output() const noexcept { return impl_->output; }
const RecordingPlan& Recording::plan() const noexcept { return impl_->plan; }

void Recording::backward(Gradients& gradients, const Cotangents& cotangents) const {
  try {
    impl_->backward(gradients.impl(), cotangents);
  } catch (const std::bad_alloc&) {
    fail(ErrorCode::resource, "out of memory in a backward pass");
  }
}

CotangentTable::CotangentTable(const Cotangents& given, const ModelOutput& output, DType dtype) {
  const auto field = [&](const std::string& name) -> const Tensor* {
    for (const auto& [key, value] : output.fields()) {
      if (const auto* tensor = std::get_if<Tensor>(&value)) {
        if (key == name) return tensor;
        continue;
      }
      const auto& list = std::get<std::vector<Tensor>>(value);
      for (std::size_t i = 0; i < list.size(); ++i)
        if (fmt::format("{}.{}", key, i) == name) return &list[i];
    }
    return nullptr;
  };
  if (given.empty()) {
    const Tensor* loss = field("loss");
    require(loss != nullptr, ErrorCode::key,
            "gradients: the output has no loss to differentiate; give labels, or cotangents of its fields");
    Tensor ones(DType::f64, loss->shape());
    for (double& one : ones.mutable_values<double>()) one = 1;
    rows_.emplace_back("loss", ones.to(dtype));
  }
  for (const auto& [name, tensor] : given) {
    const Tensor* output_tensor = field(name);
    require(output_tensor != nullptr, ErrorCode::key, "cotangents: '{}' is not a field of this output", name);
    require(tensor.shape() == output_tensor->shape(), ErrorCode::value, "cotangents: {}: expected shape {}, got {}", name,
            to_string(output_tensor->shape()), to_string(tensor.shape()));
    require(is_floating(tensor.dtype()), ErrorCode::type, "cotangents: {}: expected floating point, got {}", name,
            to_string(tensor.dtype()));
    require(find(name) == nullptr, ErrorCode::key, "cotangents: '{}' is given twice", name);
    rows_.emplace_back(name, tensor.to(dtype));
  }
}

const Tensor* CotangentTable::find(std::string_view name) const {
  for (const auto& [key, tensor] : rows_)
    if (key == name) return &tensor;
  return nullptr;
}

}  // namespace albert
