// text-classification: labels for a text or a pair (the reference's TextClassificationPipeline).
#include <algorithm>
#include <cctype>

#include "base/check.h"
#include "tasks/loading.h"
#include "tasks/run_task.h"
#include "tasks/scores.h"

namespace albert {
namespace {

using tasks::RowOutput;

enum class Function { sigmoid, softmax, none };

Function function_from_string(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (name == "SIGMOID") return Function::sigmoid;
  if (name == "SOFTMAX") return Function::softmax;
  if (name == "NONE") return Function::none;
  fail(ErrorCode::key, "unknown function_to_apply '{}': expected sigmoid, softmax or none", name);
}

Function choose_function(const AlbertConfig& config, const TextClassificationOptions& options) {
  if (options.function_to_apply) return function_from_string(*options.function_to_apply);
  const auto problem = config.problem_type();
  if (problem == "multi_label_classification" || config.num_labels() == 1) return Function::sigmoid;
  if (problem == "single_label_classification" || config.num_labels() > 1) return Function::softmax;
  if (const Json attributes = config.to_dict(); const Json* name = attributes.find("function_to_apply"))
    if (name->is_string()) return function_from_string(name->as_string());
  return Function::none;
}

class TextClassificationTask {
 public:
  using Input = TextInput;
  using Result = TextClassificationPipeline::Result;
  struct Prepared {
    std::vector<Encoding> rows;
  };
  using Read = std::vector<float>;

  TextClassificationTask(const AlbertConfig& config, const Tokenizer& tokenizer, const TextClassificationOptions& options)
      : config_(config), tokenizer_(tokenizer), options_(options), function_(choose_function(config, options)) {
    all_unsorted_ = options.return_all_scores.value_or(false);
    if (const Json attributes = config.to_dict(); !options.return_all_scores && !options.top_k)
      if (const Json* all = attributes.find("return_all_scores")) all_unsorted_ = all->is_bool() && all->as_bool();
  }

  Prepared prepare(const Input& input) const {
    const CallOptions& options = options_.tokenizer_kwargs;
    return {{input.text_pair ? tokenizer_(input.text, *input.text_pair, options) : tokenizer_(input.text, options)}};
  }

  Read read(const Prepared&, std::size_t, const RowOutput& output) const {
    const auto logits = output.values("logits");
    switch (function_) {
      case Function::sigmoid:
        return tasks::sigmoid(logits);
      case Function::softmax:
        return tasks::softmax(logits);
      case Function::none:
        break;
    }
    return {logits.begin(), logits.end()};
  }

  Result finish(const Input&, const Prepared&, std::vector<Read> read) const {
    const std::vector<float>& scores = read[0];
    const auto entry = [&](std::size_t i) { return LabelScore{config_.label(static_cast<std::int64_t>(i)), scores[i]}; };
    Result result;
    if (!options_.top_k && !all_unsorted_) {
      require(!scores.empty(), ErrorCode::value, "the model has no labels");
      result.single = true;
      result.labels = {entry(tasks::arg_max(scores))};
      return result;
    }
    if (!options_.top_k) {
      for (std::size_t i = 0; i < scores.size(); ++i) result.labels.push_back(entry(i));
      return result;
    }
    // A Python slice: a negative count leaves out that many at the end.
    const auto total = static_cast<std::int64_t>(scores.size());
    const std::int64_t count = *options_.top_k < 0 ? std::max<std::int64_t>(0, total + *options_.top_k) : std::min(total, *options_.top_k);
    for (const std::size_t i : tasks::sorted_descending(scores, static_cast<std::size_t>(count))) result.labels.push_back(entry(i));
    return result;
  }

 private:
  const AlbertConfig& config_;
  const Tokenizer& tokenizer_;
  const TextClassificationOptions& options_;
  Function function_;
  bool all_unsorted_ = false;
};

}  // namespace

TextClassificationPipeline::TextClassificationPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : Pipeline(std::move(model), std::move(tokenizer), std::move(options)) {
  tasks::require_class(*model_, ModelClass::sequence_classification, "text-classification");
}

TextClassificationPipeline TextClassificationPipeline::from_pretrained(const std::string& path, PipelineOptions options) {
  auto loaded = tasks::load(path, "text-classification", ModelClass::sequence_classification, {"classifier", "pooler"}, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer), std::move(options)};
}

std::vector<std::string> TextClassificationPipeline::check(const Options& options) const {
  static_cast<void>(choose_function(model_->config(), options));
  if (options.return_all_scores && !options.top_k)
    return {
        "`return_all_scores` is now deprecated,  if want a similar functionality use `top_k=None` instead of "
        "`return_all_scores=True` or `top_k=1` instead of `return_all_scores=False`."};
  return {};
}

TextClassificationPipeline::Result TextClassificationPipeline::operator()(const Input& input, const Options& options) const {
  return tasks::run_one(TextClassificationTask(model_->config(), *tokenizer_, options), *model_, input, options_.padding);
}

std::vector<Outcome<TextClassificationPipeline::Result>> TextClassificationPipeline::run(std::span<const Input> inputs,
                                                                                         const Options& options) const {
  return tasks::run_task(TextClassificationTask(model_->config(), *tokenizer_, options), *model_, inputs, options_.batch_tokens,
                         options_.padding);
}

Json TextClassificationPipeline::to_json(const Result& result, const Options&) {
  if (result.single) return tasks::label_to_json(result.labels.front());
  Json::Array labels;
  for (const LabelScore& label : result.labels) labels.push_back(tasks::label_to_json(label));
  return labels;
}

}  // namespace albert
