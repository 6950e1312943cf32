// Changing a model: vocabulary size, heads, embedding table, ties (spec of the reference's methods of the same names).
#include <algorithm>
#include <set>

#include "base/check.h"
#include "model/model_impl.h"

namespace albert {
namespace {

constexpr const char* kDecoder = "predictions.decoder.weight";
constexpr const char* kBias = "predictions.bias";
constexpr const char* kDecoderBias = "predictions.decoder.bias";

/// A table with its values, open to change.
struct Draft {
  explicit Draft(const Parameters& parameters) : table(parameters.impl().table), tensors(parameters.impl().tensors) {}

  [[nodiscard]] std::size_t row(std::string_view name) const {
    for (std::size_t i = 0; i < table.size(); ++i)
      if (table[i].name == name) return i;
    fail(ErrorCode::internal, "no parameter '{}'", name);
  }
  [[nodiscard]] const Tensor& at(std::string_view name) const { return tensors[row(name)]; }
  void set(std::string_view name, Tensor value) {
    const auto i = row(name);
    table[i].shape = value.shape();
    tensors[i] = std::move(value);
  }
  [[nodiscard]] Parameters bind() && { return bind_parameters(std::move(table), std::move(tensors)); }

  std::vector<ParameterSpec> table;
  std::vector<Tensor> tensors;
};

std::string word_table_name(ModelClass model_class) {
  return model_class == ModelClass::model ? "embeddings.word_embeddings.weight" : "albert.embeddings.word_embeddings.weight";
}

/// The first rows of `from` in front of what `to` holds beyond them.
Tensor with_first_rows(Tensor to, const Tensor& from) {
  const Tensor source = from.to(to.dtype());
  std::copy_n(source.data(), std::min(source.bytes(), to.bytes()), to.mutable_data());
  return to;
}

/// [count, ...] with the first rows of `from`, the rest zeros.
Tensor resized(const Tensor& from, std::int64_t count) {
  auto shape = from.shape();
  shape[0] = count;
  return with_first_rows(Tensor(from.dtype(), shape), from);
}

/// Elements of `tensor` [outer, axis * size, inner] whose unit of `size` along the axis is kept.
Tensor keep_units(const Tensor& tensor, std::int64_t axis, std::int64_t size, const std::vector<std::int64_t>& kept) {
  auto shape = tensor.shape();
  std::int64_t outer = 1, inner = static_cast<std::int64_t>(size_of(tensor.dtype()));
  for (std::int64_t i = 0; i < tensor.rank(); ++i) (i < axis ? outer : inner) *= i == axis ? 1 : tensor.dim(i);
  const std::int64_t whole = tensor.dim(axis) * inner, unit = size * inner;
  shape[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(kept.size()) * size;
  Tensor result(tensor.dtype(), shape);
  if (result.size() == 0) return result;
  std::byte* target = result.mutable_data();
  for (std::int64_t o = 0; o < outer; ++o)
    for (const auto index : kept) target = std::copy_n(tensor.data() + o * whole + index * unit, unit, target);
  return result;
}

std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
  require(multiple != 0, ErrorCode::value, "pad_to_multiple_of: expected a number other than 0");
  const std::int64_t rounded = (count + multiple - 1) / multiple * multiple;
  return rounded;
}

}  // namespace

void AlbertPreTrainedModel::Impl::tie() {
  if (!architecture.has_mlm_head()) return;
  Draft draft(parameters);
  const auto word_table = word_table_name(architecture.model_class);
  if (architecture.decoder_tied || architecture.decoder_cloned) {
    draft.set(kDecoder, draft.at(word_table));
    draft.table[draft.row(kDecoder)].tied_to = architecture.decoder_tied ? word_table : "";
  }
  const std::int64_t rows = draft.at(kDecoder).dim(0);
  if (draft.at(kBias).dim(0) != rows) {
    draft.set(kBias, resized(draft.at(kBias), rows));
    draft.set(kDecoderBias, draft.at(kBias));
  }
  parameters = std::move(draft).bind();
}

void AlbertPreTrainedModel::tie_weights() { impl_->tie(); }

void AlbertPreTrainedModel::set_input_embeddings(const Tensor& table) {
  const auto& architecture = impl_->architecture;
  require(table.rank() == 2 && table.dim(1) == architecture.embedding_size, ErrorCode::value,
          "set_input_embeddings: expected [rows, {}], got {}", architecture.embedding_size, to_string(table.shape()));
  require(is_floating(table.dtype()), ErrorCode::type, "set_input_embeddings: expected floating point, got {}", to_string(table.dtype()));
  Draft draft(impl_->parameters);
  draft.set(word_table_name(architecture.model_class), table);
  // The decoder keeps the old table until tie_weights().
  if (architecture.has_mlm_head()) draft.table[draft.row(kDecoder)].tied_to.clear();
  impl_->parameters = std::move(draft).bind();
  impl_->architecture.pad_row.reset();  // a table of the caller's has none
}

void AlbertPreTrainedModel::resize_token_embeddings(std::optional<std::int64_t> new_num_tokens,
                                                    std::optional<std::int64_t> pad_to_multiple_of) {
  auto& model = *impl_;
  auto& architecture = model.architecture;
  require(architecture.flavor != Flavor::flax, ErrorCode::not_implemented, "resize_token_embeddings: the Flax classes do not have it");
  require(architecture.flavor != Flavor::tensorflow || !pad_to_multiple_of, ErrorCode::type,
          "pad_to_multiple_of: the TensorFlow classes have no such argument");
  if (!new_num_tokens && !pad_to_multiple_of) return;

  Draft draft(model.parameters);
  const auto name = word_table_name(architecture.model_class);
  const Tensor old = draft.at(name);
  std::int64_t count = new_num_tokens.value_or(old.dim(0));
  if (pad_to_multiple_of) count = round_up(count, *pad_to_multiple_of);
  require(count >= 0, ErrorCode::value, "resize_token_embeddings: expected 0 or more rows, got {}", count);

  if (count != old.dim(0)) {
    // New rows are drawn like any weight; the pad row is one of them, for the new table has none.
    const auto grown = [&](const std::string& row) {
      auto spec = draft.table[draft.row(row)];
      spec.shape[0] = count;
      spec.initializer = Initializer::normal;
      return with_first_rows(initial_value(spec, model.config(), architecture.flavor, model.seed), draft.at(row));
    };
    const bool head = architecture.has_mlm_head();
    const bool own_decoder = head && !architecture.decoder_tied && !architecture.decoder_cloned;
    if (own_decoder) draft.set(kDecoder, grown(kDecoder));
    draft.set(name, grown(name));
    if (head) {
      draft.set(kBias, resized(draft.at(kBias), count));
      draft.set(kDecoderBias, draft.at(kBias));
      if (!own_decoder) draft.set(kDecoder, draft.at(name));
    }
    model.parameters = std::move(draft).bind();
    architecture.pad_row.reset();
  }
  architecture.vocab_size = count;
  auto config = model.config();
  config.set("vocab_size", Json(count));
  model.set_config(std::move(config));
  model.tie();
}

void AlbertPreTrainedModel::prune_heads(const std::map<std::int64_t, std::vector<std::int64_t>>& heads_to_prune) {
  auto& model = *impl_;
  require(model.architecture.flavor == Flavor::pytorch, ErrorCode::not_implemented, "prune_heads: only the PyTorch classes have it");
  // As in the reference, the configuration learns of the heads before they are looked for.
  auto config = model.config();
  auto pruned = config.pruned_heads();
  for (const auto& [layer, heads] : heads_to_prune) {
    std::set<std::int64_t> all(pruned[layer].begin(), pruned[layer].end());
    all.insert(heads.begin(), heads.end());
    pruned[layer].assign(all.begin(), all.end());
  }
  Json::Object lists;
  for (const auto& [layer, heads] : pruned) lists.emplace_back(std::to_string(layer), Json(Json::Array(heads.begin(), heads.end())));
  config.set("pruned_heads", Json(std::move(lists)));
  model.set_config(std::move(config));

  auto architecture = model.architecture;
  Draft draft(model.parameters);
  for (const auto& [layer, heads] : heads_to_prune) {
    const auto block = architecture.block_of_pruning_key(layer);
    if (heads.empty()) continue;
    const auto kept = architecture.block_heads[block].prune(heads);
    const auto inner = static_cast<std::size_t>(architecture.inner_layers);
    const std::string attention = fmt::format("{}encoder.albert_layer_groups.{}.albert_layers.{}.attention.",
                                              architecture.model_class == ModelClass::model ? "" : "albert.", block / inner, block % inner);
    for (const char* part : {"query", "key", "value"})
      for (const char* kind : {".weight", ".bias"}) {
        const auto name = attention + part + kind;
        draft.set(name, keep_units(draft.at(name), 0, architecture.head_size, kept));
      }
    const auto dense = attention + "dense.weight";
    draft.set(dense, keep_units(draft.at(dense), 1, architecture.head_size, kept));
  }
  model.parameters = std::move(draft).bind();
  model.architecture = std::move(architecture);
}

}  // namespace albert
