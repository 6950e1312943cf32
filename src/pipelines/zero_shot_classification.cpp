// zero-shot-classification: labels judged by entailment (the reference's ZeroShotClassificationPipeline).
#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>

#include "base/check.h"
#include "tasks/loading.h"
#include "tasks/run_task.h"

namespace albert {
namespace {

using tasks::RowOutput;

/// Python's template.format(label) for templates whose only field is {}.
std::string format_hypothesis(std::string_view pattern, std::string_view label) {
  std::string text;
  std::size_t fields = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if ((pattern[i] == '{' && next == '{') || (pattern[i] == '}' && next == '}')) {
      text += pattern[i++];
    } else if (pattern[i] == '{' && (next == '}' || (next == '0' && pattern.substr(i + 2, 1) == "}"))) {
      require(++fields == 1 || next == '0', ErrorCode::index, "the hypothesis template '{}' has more than one {{}}", pattern);
      text += label;
      i += next == '}' ? 1 : 2;
    } else {
      require(pattern[i] != '{' && pattern[i] != '}', ErrorCode::value, "the hypothesis template '{}' has a single '{}': write it twice",
              pattern, pattern[i]);
      text += pattern[i];
    }
  }
  return text;
}

std::vector<std::string> hypotheses(const ZeroShotClassificationOptions& options) {
  require(!options.candidate_labels.empty(), ErrorCode::value, "You must include at least one label and at least one sequence.");
  std::vector<std::string> texts;
  texts.reserve(options.candidate_labels.size());
  for (const std::string& label : options.candidate_labels) texts.push_back(format_hypothesis(options.hypothesis_template, label));
  require(texts.front() != options.hypothesis_template, ErrorCode::value,
          "The provided hypothesis_template \"{}\" was not able to be formatted with the target labels. "
          "Make sure the passed template includes formatting syntax such as {{}} where the label should go.",
          options.hypothesis_template);
  return texts;
}

/// Column of the first label that begins with "entail", or -1.
std::int64_t entailment_column(const AlbertConfig& config) {
  const Json labels = config.get("label2id");
  if (labels.is_object())
    for (const auto& [name, id] : labels.as_object()) {
      std::string lower = name;
      for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (lower.starts_with("entail")) return id.as_int();
    }
  return -1;
}

class ZeroShotTask {
 public:
  using Input = std::string;
  using Result = ZeroShotClassificationPipeline::Result;
  struct Prepared {
    std::vector<Encoding> rows;  // one a label
  };
  using Read = std::vector<float>;

  ZeroShotTask(const AlbertConfig& config, const Tokenizer& tokenizer, const ZeroShotClassificationOptions& options)
      : tokenizer_(tokenizer), options_(options), hypotheses_(hypotheses(options)), entailment_(entailment_column(config)) {}

  Prepared prepare(const Input& text) const {
    require(!text.empty(), ErrorCode::value, "You must include at least one label and at least one sequence.");
    Prepared prepared;
    CallOptions options;
    options.truncation = TruncationStrategy::only_first;
    for (const std::string& hypothesis : hypotheses_) {
      try {
        prepared.rows.push_back(tokenizer_(text, hypothesis, options));
      } catch (const Error& error) {
        // The hypothesis alone is too long to leave room: nothing is cut then.
        if (std::string_view(error.what()).find("too short") == std::string_view::npos) throw;
        prepared.rows.push_back(tokenizer_(text, hypothesis, CallOptions{}));
      }
    }
    return prepared;
  }

  Read read(const Prepared&, std::size_t, const RowOutput& output) const {
    const auto logits = output.values("logits");
    return {logits.begin(), logits.end()};
  }

  Result finish(const Input& text, const Prepared&, std::vector<Read> logits) const {
    const auto columns = static_cast<std::int64_t>(logits.front().size());
    const auto at = [&](const Read& row, std::int64_t column) {
      const std::int64_t index = column < 0 ? column + columns : column;
      require(index >= 0 && index < columns, ErrorCode::index, "label2id names column {} but the model has {} labels", column, columns);
      return row[static_cast<std::size_t>(index)];
    };
    std::vector<float> scores;
    if (options_.multi_label || logits.size() == 1) {
      const std::int64_t contradiction = entailment_ == 0 ? -1 : 0;
      for (const Read& row : logits) {
        const float against = std::exp(at(row, contradiction)), in_favour = std::exp(at(row, entailment_));
        scores.push_back(in_favour / (against + in_favour));
      }
    } else {
      for (const Read& row : logits) scores.push_back(std::exp(at(row, entailment_)));
      const float sum = std::accumulate(scores.begin(), scores.end(), 0.0f);
      for (float& score : scores) score /= sum;
    }
    // A reversed ascending sort: equal scores come in reverse order.
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
    std::reverse(order.begin(), order.end());
    Result result{text, {}};
    for (const std::size_t i : order) result.labels.push_back({options_.candidate_labels[i], scores[i]});
    return result;
  }

 private:
  const Tokenizer& tokenizer_;
  const ZeroShotClassificationOptions& options_;
  std::vector<std::string> hypotheses_;
  std::int64_t entailment_;
};

}  // namespace

ZeroShotClassificationPipeline::ZeroShotClassificationPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : Pipeline(std::move(model), std::move(tokenizer), std::move(options)) {
  tasks::require_class(*model_, ModelClass::sequence_classification, "zero-shot-classification");
}

ZeroShotClassificationPipeline ZeroShotClassificationPipeline::from_pretrained(const std::string& path, PipelineOptions options) {
  auto loaded = tasks::load(path, "zero-shot-classification", ModelClass::sequence_classification, {"classifier", "pooler"}, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer), std::move(options)};
}

std::vector<std::string> ZeroShotClassificationPipeline::parse_labels(std::string_view text) {
  std::vector<std::string> labels;
  constexpr std::string_view kBlanks = " \t\n\r\f\v";
  while (true) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    if (const auto first = part.find_first_not_of(kBlanks); first != std::string_view::npos)
      labels.emplace_back(part.substr(first, part.find_last_not_of(kBlanks) - first + 1));
    if (comma == std::string_view::npos) return labels;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string> ZeroShotClassificationPipeline::check(const Options& options) const {
  static_cast<void>(hypotheses(options));
  if (entailment_column(model_->config()) != -1) return {};
  return {
      "Failed to determine 'entailment' label id from the label2id mapping in the model config. Setting to -1. "
      "Define a descriptive label2id mapping in the model config to ensure correct outputs."};
}

ZeroShotClassificationPipeline::Result ZeroShotClassificationPipeline::operator()(const Input& text, const Options& options) const {
  return tasks::run_one(ZeroShotTask(model_->config(), *tokenizer_, options), *model_, text, options_.padding);
}

std::vector<Outcome<ZeroShotClassificationPipeline::Result>> ZeroShotClassificationPipeline::run(std::span<const Input> texts,
                                                                                                 const Options& options) const {
  return tasks::run_task(ZeroShotTask(model_->config(), *tokenizer_, options), *model_, texts, options_.batch_tokens, options_.padding);
}

Json ZeroShotClassificationPipeline::to_json(const Result& result, const Options&) {
  Json::Array labels, scores;
  for (const LabelScore& label : result.labels) {
    labels.emplace_back(label.label);
    scores.emplace_back(label.score);
  }
  return Json::Object{{"sequence", result.sequence}, {"labels", std::move(labels)}, {"scores", std::move(scores)}};
}

}  // namespace albert
