#include "model/prepared.h"

#include <algorithm>

#include "base/check.h"
#include "base/memory.h"

namespace albert {
namespace {

/// The values of a layer's parameters as T, packed by pack(parts, in).
template <class T, class Pack>
auto pack_linear(const Parameters::Impl& parameters, const Linear& linear, const Pack& pack) {
  std::vector<backend::LinearWeights<T>> parts;
  parts.reserve(linear.parts.size());
  std::vector<Tensor> converted;
  converted.reserve(2 * linear.parts.size());
  const auto values = [&](Row row) -> const T* {
    return row == kNoRow ? nullptr : converted.emplace_back(parameters.tensors[row].to(dtype_of<T>)).template values<T>().data();
  };
  for (const auto& part : linear.parts) parts.push_back({values(part.weight), values(part.bias), part.out});
  return pack(std::span<const backend::LinearWeights<T>>(parts), parameters.tensors[linear.parts.front().weight].dim(1));
}

template <class T>
class Preparation {
 public:
  Preparation(const Parameters::Impl& parameters, const backend::Backend<T>& backend) : parameters_(parameters), backend_(backend) {}

  std::shared_ptr<const Prepared<T>> run() && {
    const bool bare = find("embeddings.word_embeddings.weight") != nullptr;
    const std::string base = bare ? "" : "albert.";
    const std::string embeddings = base + "embeddings.";
    weights_->word_table = values(embeddings + "word_embeddings.weight");
    weights_->vocab_size = find(embeddings + "word_embeddings.weight")->dim(0);
    weights_->word_row = row(embeddings + "word_embeddings.weight");
    weights_->position_row = row(embeddings + "position_embeddings.weight");
    weights_->type_row = row(embeddings + "token_type_embeddings.weight");
    weights_->position_table = values(embeddings + "position_embeddings.weight");
    weights_->type_table = values(embeddings + "token_type_embeddings.weight");
    weights_->embedding_norm = norm(embeddings + "LayerNorm");
    weights_->mapping = linear({base + "encoder.embedding_hidden_mapping_in"});
    for (int g = 0; has_block(base, g, 0); ++g)
      for (int j = 0; has_block(base, g, j); ++j) weights_->blocks.push_back(block(block_name(base, g, j)));
    weights_->pooler = linear({base + "pooler"});
    weights_->mlm_dense = linear({"predictions.dense"});
    weights_->mlm_norm = norm("predictions.LayerNorm");
    weights_->mlm_decoder = linear({"predictions.decoder"});
    for (const char* name : {"sop_classifier.classifier", "classifier", "qa_outputs"})
      if (!weights_->classifier) weights_->classifier = linear({name});
    return std::move(weights_);
  }

 private:
  static std::string block_name(const std::string& base, int g, int j) {
    return fmt::format("{}encoder.albert_layer_groups.{}.albert_layers.{}.", base, g, j);
  }
  bool has_block(const std::string& base, int g, int j) const { return find(block_name(base, g, j) + "ffn.weight") != nullptr; }

  PreparedBlock<T> block(const std::string& name) {
    const std::string attention = name + "attention.";
    PreparedBlock<T> block;
    block.width = find(attention + "query.weight")->dim(0);
    block.qkv = linear({attention + "query", attention + "key", attention + "value"}, block.width > 0);
    block.dense = linear({attention + "dense"});
    block.attention_norm = norm(attention + "LayerNorm");
    block.relative_table = values(attention + "distance_embedding.weight");
    block.relative_row = row(attention + "distance_embedding.weight");
    block.ffn = linear({name + "ffn"});
    block.ffn_output = linear({name + "ffn_output"});
    block.output_norm = norm(name + "full_layer_layer_norm");
    return block;
  }

  Row row(const std::string& name) const {
    const auto found = parameters_.find(name);
    return found < 0 ? kNoRow : static_cast<Row>(found);
  }
  const Tensor* find(const std::string& name) const {
    const Row found = row(name);
    return found == kNoRow ? nullptr : &parameters_.tensors[found];
  }

  /// The values of a tensor as T, or null when there is none.
  const T* values(const std::string& name) {
    const Tensor* tensor = find(name);
    if (tensor == nullptr) return nullptr;
    if (tensor->dtype() == dtype_of<T>) return tensor->template values<T>().data();
    const Tensor converted = tensor->to(dtype_of<T>);
    const auto span = converted.template values<T>();
    return weights_->converted.emplace_back(span.begin(), span.end()).data();
  }

  Norm<T> norm(const std::string& name) {
    return {values(name + ".weight"), values(name + ".bias"), row(name + ".weight"), row(name + ".bias")};
  }

  /// Layers that share their input, stacked; null when the first is not there or `used` is false.
  Linear linear(const std::vector<std::string>& names, bool used = true) {
    Linear result;
    if (find(names.front() + ".weight") == nullptr) return result;
    for (const auto& name : names) result.parts.push_back({row(name + ".weight"), row(name + ".bias"), find(name + ".weight")->dim(0)});
    if (!used) return result;
    result.forward = pack_linear<T>(parameters_, result, [this](const auto& parts, std::int64_t in) { return backend_.pack(parts, in); });
    return result;
  }

  const Parameters::Impl& parameters_;
  const backend::Backend<T>& backend_;
  std::shared_ptr<Prepared<T>> weights_ = std::make_shared<Prepared<T>>();
};

}  // namespace

template <class T>
std::shared_ptr<const Prepared<T>> prepare(const Parameters& parameters, const std::shared_ptr<const Device>& device,
                                           const backend::Backend<T>& backend) {
  const auto& impl = parameters.impl();
  const std::lock_guard lock(impl.on_device_mutex);  // whoever comes second waits for the first
  std::erase_if(impl.on_device, [](const auto& entry) { return entry.device.expired(); });
  for (const auto& entry : impl.on_device)
    if (entry.device.lock() == device) return std::static_pointer_cast<const Prepared<T>>(entry.weights);
  std::uint64_t bytes = 0;
  for (const auto& tensor : impl.tensors) bytes += static_cast<std::uint64_t>(tensor.size()) * sizeof(T);
  require_memory(bytes, "weights in the layout of the device");
  auto weights = Preparation<T>(impl, backend).run();
  impl.on_device.push_back({device, weights});
  return weights;
}

template <class T>
void prepare_backward(const Prepared<T>& weights, const Parameters& parameters, const backend::Backend<T>& backend) {
  const auto& impl = parameters.impl();
  const std::lock_guard lock(impl.on_device_mutex);
  if (weights.has_backward) return;
  const auto fill = [&](const Linear& linear) {
    if (linear)
      linear.backward = pack_linear<T>(impl, linear, [&](const auto& parts, std::int64_t in) { return backend.pack_backward(parts, in); });
  };
  for (const auto& block : weights.blocks)
    for (const auto* linear : {&block.qkv, &block.dense, &block.ffn, &block.ffn_output}) fill(*linear);
  for (const auto* linear : {&weights.mapping, &weights.pooler, &weights.mlm_dense, &weights.mlm_decoder, &weights.classifier})
    fill(*linear);
  weights.has_backward = true;
}

template void prepare_backward(const Prepared<float>&, const Parameters&, const backend::Backend<float>&);
template void prepare_backward(const Prepared<double>&, const Parameters&, const backend::Backend<double>&);
template std::shared_ptr<const Prepared<float>> prepare(const Parameters&, const std::shared_ptr<const Device>&,
                                                        const backend::Backend<float>&);
template std::shared_ptr<const Prepared<double>> prepare(const Parameters&, const std::shared_ptr<const Device>&,
                                                         const backend::Backend<double>&);

}  // namespace albert
