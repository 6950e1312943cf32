// feature-extraction: the vectors of a text (the reference's FeatureExtractionPipeline, with pooling).
#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "tasks/loading.h"
#include "tasks/run_task.h"

namespace albert {
namespace {

using tasks::RowOutput;

/// [S, H] -> [H]
std::vector<float> pool(std::span<const float> tokens, std::size_t length, Pooling pooling) {
  require(length > 0, ErrorCode::value, "there is no token to pool");
  const std::size_t width = tokens.size() / length;
  std::vector<float> pooled(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(width));
  if (pooling == Pooling::cls) return pooled;
  for (std::size_t c = 0; c < width; ++c) {
    double sum = 0;
    for (std::size_t t = 0; t < length; ++t) {
      const float value = tokens[t * width + c];
      sum += value;
      pooled[c] = std::max(pooled[c], value);
    }
    if (pooling == Pooling::mean) pooled[c] = static_cast<float>(sum / static_cast<double>(length));
  }
  return pooled;
}

void normalize(std::span<float> vector) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * value;
  const double length = std::max(std::sqrt(squares), 1e-12);
  for (float& value : vector) value = static_cast<float>(value / length);
}

class FeatureExtractionTask {
 public:
  using Input = std::string;
  using Result = Tensor;
  struct Prepared {
    std::vector<Encoding> rows;
  };
  using Read = Tensor;

  FeatureExtractionTask(const Tokenizer& tokenizer, const FeatureExtractionOptions& options) : tokenizer_(tokenizer), options_(options) {}

  Prepared prepare(const Input& text) const { return {{tokenizer_(text, options_.tokenizer_kwargs)}}; }

  Read read(const Prepared&, std::size_t, const RowOutput& output) const {
    const auto tokens = output.tokens(output.first_field());
    const auto length = static_cast<std::size_t>(output.length());
    const auto width = static_cast<std::int64_t>(length == 0 ? 0 : tokens.size() / length);
    Tensor features = options_.pooling == Pooling::none ? Tensor::from<float>({1, output.length(), width}, tokens)
                                                        : Tensor::from<float>({width}, pool(tokens, length, options_.pooling));
    if (options_.normalize && width > 0) {
      const auto values = features.mutable_values<float>();
      for (std::size_t first = 0; first < values.size(); first += static_cast<std::size_t>(width))
        normalize(values.subspan(first, static_cast<std::size_t>(width)));
    }
    return features;
  }

  Result finish(const Input&, const Prepared&, std::vector<Read> read) const { return std::move(read.front()); }

 private:
  const Tokenizer& tokenizer_;
  const FeatureExtractionOptions& options_;
};

Json nested(std::span<const float> values, std::span<const std::int64_t> shape) {
  Json::Array list;
  if (shape.size() == 1) {
    for (const float value : values) list.emplace_back(double{value});
    return list;
  }
  const std::size_t step = shape[0] == 0 ? 0 : values.size() / static_cast<std::size_t>(shape[0]);
  for (std::int64_t i = 0; i < shape[0]; ++i)
    list.push_back(nested(values.subspan(static_cast<std::size_t>(i) * step, step), shape.subspan(1)));
  return list;
}

}  // namespace

Pooling pooling_from_string(std::string_view name) {
  if (name == "none") return Pooling::none;
  if (name == "cls") return Pooling::cls;
  if (name == "mean") return Pooling::mean;
  if (name == "max") return Pooling::max;
  fail(ErrorCode::key, "unknown pooling '{}': expected none, cls, mean or max", name);
}

FeatureExtractionPipeline::FeatureExtractionPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : Pipeline(std::move(model), std::move(tokenizer), std::move(options)) {
  const ModelClass model_class = model_->model_class();
  require(model_class == ModelClass::model || model_class == ModelClass::masked_lm || model_class == ModelClass::pre_training ||
              model_class == ModelClass::token_classification,
          ErrorCode::type, "feature-extraction needs a model with an output a token: got {}", to_string(model_class));
}

FeatureExtractionPipeline FeatureExtractionPipeline::from_pretrained(const std::string& path, PipelineOptions options) {
  auto loaded = tasks::load(path, "feature-extraction", ModelClass::model, {"embeddings", "encoder"}, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer), std::move(options)};
}

std::vector<std::string> FeatureExtractionPipeline::check(const Options&) const { return {}; }

FeatureExtractionPipeline::Result FeatureExtractionPipeline::operator()(const Input& text, const Options& options) const {
  return tasks::run_one(FeatureExtractionTask(*tokenizer_, options), *model_, text, options_.padding);
}

std::vector<Outcome<FeatureExtractionPipeline::Result>> FeatureExtractionPipeline::run(std::span<const Input> texts,
                                                                                       const Options& options) const {
  return tasks::run_task(FeatureExtractionTask(*tokenizer_, options), *model_, texts, options_.batch_tokens, options_.padding);
}

Json FeatureExtractionPipeline::to_json(const Result& result, const Options&) { return nested(result.values<float>(), result.shape()); }

}  // namespace albert
