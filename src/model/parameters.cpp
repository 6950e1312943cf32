#include "model/parameters.h"

#include <algorithm>

#include "base/check.h"
#include "model/architecture.h"

namespace albert {
namespace {

/// Collects the rows of a table in state-dict order.
class Table {
 public:
  explicit Table(const Architecture& architecture) : a_(architecture) {}

  std::vector<ParameterSpec> build() && {
    prefix_ = a_.model_class == ModelClass::model ? "" : "albert.";
    embeddings();
    linear("encoder.embedding_hidden_mapping_in", a_.hidden_size, a_.embedding_size);
    for (std::int64_t g = 0; g < a_.num_groups; ++g)
      for (std::int64_t j = 0; j < a_.inner_layers; ++j) block(g, j);
    if (a_.pooler) linear("pooler", a_.hidden_size, a_.hidden_size);
    prefix_.clear();
    head();
    return std::move(rows_);
  }

 private:
  void row(const std::string& name, std::vector<std::int64_t> shape, Initializer initializer, bool weight_decay = true,
           std::string tied_to = {}) {
    rows_.push_back({prefix_ + name, std::move(shape), initializer, weight_decay, std::move(tied_to)});
  }
  void linear(const std::string& name, std::int64_t out, std::int64_t in, Initializer initializer = Initializer::normal) {
    row(name + ".weight", {out, in}, initializer);
    row(name + ".bias", {out}, Initializer::zeros, false);
  }
  void layer_norm(const std::string& name, std::int64_t width) {
    row(name + ".weight", {width}, Initializer::ones, false);
    row(name + ".bias", {width}, Initializer::zeros, false);
  }

  void embeddings() {
    row("embeddings.word_embeddings.weight", {a_.vocab_size, a_.embedding_size}, Initializer::normal_pad_row);
    row("embeddings.position_embeddings.weight", {a_.max_positions, a_.embedding_size}, Initializer::normal);
    row("embeddings.token_type_embeddings.weight", {a_.type_vocab_size, a_.embedding_size}, Initializer::normal);
    layer_norm("embeddings.LayerNorm", a_.embedding_size);
  }

  void block(std::int64_t g, std::int64_t j) {
    const std::string layer = fmt::format("encoder.albert_layer_groups.{}.albert_layers.{}.", g, j);
    const auto& heads = a_.block_heads[static_cast<std::size_t>(g * a_.inner_layers + j)];
    const std::int64_t width = heads.left * a_.head_size;
    layer_norm(layer + "full_layer_layer_norm", a_.hidden_size);
    linear(layer + "attention.query", width, a_.hidden_size);
    linear(layer + "attention.key", width, a_.hidden_size);
    linear(layer + "attention.value", width, a_.hidden_size);
    // The reference builds dense as [H, H]; only pruning makes it as narrow as its input.
    linear(layer + "attention.dense", a_.hidden_size, heads.cut ? width : a_.hidden_size);
    layer_norm(layer + "attention.LayerNorm", a_.hidden_size);
    if (a_.has_relative_positions())
      row(layer + "attention.distance_embedding.weight", {std::max<std::int64_t>(0, 2 * a_.max_positions - 1), a_.head_size},
          Initializer::normal);
    linear(layer + "ffn", a_.intermediate_size, a_.hidden_size);
    linear(layer + "ffn_output", a_.hidden_size, a_.gated ? a_.intermediate_size / 2 : a_.intermediate_size);
  }

  void head() {
    const auto kind = a_.flavor == Flavor::flax ? Initializer::lecun_normal : Initializer::normal;
    if (a_.has_mlm_head()) {
      row("predictions.bias", {a_.vocab_size}, Initializer::zeros, false);
      layer_norm("predictions.LayerNorm", a_.embedding_size);
      linear("predictions.dense", a_.embedding_size, a_.hidden_size, kind);
      row("predictions.decoder.weight", {a_.vocab_size, a_.embedding_size}, kind, true,
          a_.decoder_tied ? "albert.embeddings.word_embeddings.weight" : "");
      row("predictions.decoder.bias", {a_.vocab_size}, Initializer::zeros, false, "predictions.bias");
    }
    switch (a_.model_class) {
      case ModelClass::pre_training:
        linear("sop_classifier.classifier", a_.num_labels, a_.hidden_size, kind);
        break;
      case ModelClass::sequence_classification:
      case ModelClass::multiple_choice:
      case ModelClass::token_classification:
        linear("classifier", a_.num_labels, a_.hidden_size, kind);
        break;
      case ModelClass::question_answering:
        linear("qa_outputs", a_.num_labels, a_.hidden_size, kind);
        break;
      case ModelClass::model:
      case ModelClass::masked_lm:
        break;
    }
  }

  const Architecture& a_;
  std::string prefix_;
  std::vector<ParameterSpec> rows_;
};

std::int64_t scalars(const ParameterSpec& spec) {
  std::int64_t product = 1;
  for (const auto extent : spec.shape)
    if (__builtin_mul_overflow(product, extent, &product)) return INT64_MAX;
  return product;
}

void check_total(const std::vector<ParameterSpec>& table) {
  constexpr std::int64_t kMost = std::int64_t{1} << 44;  // four-byte scalars within a 47-bit address space, with room to spare
  std::int64_t total = 0;
  for (const auto& spec : table)
    require(!__builtin_add_overflow(total, scalars(spec), &total) && total <= kMost, ErrorCode::resource,
            "the configuration asks for more parameters than fit the address space ({} has shape {})", spec.name, to_string(spec.shape));
}

}  // namespace

std::vector<ParameterSpec> parameter_table(const AlbertConfig& config, ModelClass model_class, bool add_pooling_layer, Flavor flavor) {
  const auto architecture = make_architecture(config, model_class, add_pooling_layer, flavor);
  auto table = Table(architecture).build();
  check_total(table);
  return table;
}

std::uint64_t bytes_of(const std::vector<ParameterSpec>& table) noexcept {
  std::uint64_t total = 0;
  for (const auto& spec : table)
    if (spec.tied_to.empty()) total += static_cast<std::uint64_t>(scalars(spec)) * sizeof(float);
  return total;
}

std::ptrdiff_t Parameters::Impl::find(std::string_view name) const noexcept {
  const auto found = rows.find(name);
  return found == rows.end() ? -1 : static_cast<std::ptrdiff_t>(found->second);
}

Parameters bind_parameters(std::vector<ParameterSpec> table, std::vector<Tensor> tensors) {
  require(table.size() == tensors.size(), ErrorCode::value, "parameters: expected {} tensors, got {}", table.size(), tensors.size());
  auto impl = std::make_shared<Parameters::Impl>();
  impl->table = std::move(table);
  impl->tensors = std::move(tensors);
  for (std::size_t i = 0; i < impl->table.size(); ++i) {
    const auto& spec = impl->table[i];
    auto& tensor = impl->tensors[i];
    impl->rows.emplace(spec.name, i);
    if (!spec.tied_to.empty()) tensor = impl->tensors[impl->rows.at(spec.tied_to)];  // an owner stands before its ties
    require(tensor.shape() == spec.shape, ErrorCode::value, "{}: expected shape {}, got {}", spec.name, to_string(spec.shape),
            to_string(tensor.shape()));
    if (tensor.dtype() != DType::f32 && tensor.dtype() != DType::f64) tensor = tensor.to(DType::f32);
  }
  return Parameters(std::move(impl));
}

Parameters::Parameters() : impl_(std::make_shared<Impl>()) {}
Parameters::Parameters(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

std::vector<std::string> Parameters::names() const {
  std::vector<std::string> names;
  for (const auto& spec : impl_->table)
    if (spec.tied_to.empty()) names.push_back(spec.name);
  return names;
}

bool Parameters::contains(std::string_view name) const { return impl_->find(name) >= 0; }

Tensor Parameters::at(std::string_view name) const {
  const auto row = impl_->find(name);
  require(row >= 0, ErrorCode::key, "'{}' is not a parameter of this model", name);
  return impl_->tensors[static_cast<std::size_t>(row)];
}

Parameters Parameters::with(const std::vector<std::pair<std::string, Tensor>>& replacements) const {
  auto tensors = impl_->tensors;
  for (const auto& [name, value] : replacements) {
    auto row = impl_->find(name);
    require(row >= 0, ErrorCode::key, "'{}' is not a parameter of this model", name);
    // Naming a tied row replaces the storage that it shares.
    const auto& owner = impl_->table[static_cast<std::size_t>(row)].tied_to;
    if (!owner.empty()) row = impl_->find(owner);
    tensors[static_cast<std::size_t>(row)] = value;
  }
  return bind_parameters(impl_->table, std::move(tensors));
}

std::int64_t Parameters::count() const {
  std::int64_t total = 0;
  for (const auto& spec : impl_->table)
    if (spec.tied_to.empty()) total += scalars(spec);
  return total;
}

}  // namespace albert
