// token-classification: a label for each token, or entities (the reference's TokenClassificationPipeline).
#include <cctype>

#include "base/check.h"
#include "pipelines/entities.h"
#include "tasks/code_points.h"
#include "tasks/loading.h"
#include "tasks/run_task.h"
#include "tasks/scores.h"

namespace albert {
namespace {

using pipelines::TokenPrediction;
using tasks::RowOutput;

bool merges_words(AggregationStrategy strategy) {
  return strategy == AggregationStrategy::first || strategy == AggregationStrategy::average || strategy == AggregationStrategy::max;
}

void check_options(const Tokenizer& tokenizer, const TokenClassificationOptions& options) {
  if (options.aggregation_strategy && merges_words(*options.aggregation_strategy))
    require(
        tokenizer.is_fast(), ErrorCode::value,
        "Slow tokenizers cannot handle subwords. Please set the `aggregation_strategy` option to `\"simple\"` or use a fast tokenizer.");
  if (!options.stride) return;
  require(*options.stride >= 0, ErrorCode::value, "stride must not be negative: got {}", *options.stride);
  require(*options.stride < tokenizer.model_max_length(), ErrorCode::value,
          "`stride` must be less than `tokenizer.model_max_length` (or even lower if the tokenizer adds special tokens)");
  require(options.aggregation_strategy != AggregationStrategy::none, ErrorCode::value,
          "`stride` was provided to process all the text but `aggregation_strategy=\"none\"`, please select another one instead.");
  require(tokenizer.is_fast(), ErrorCode::value,
          "`stride` was provided to process all the text but you're using a slow tokenizer. Please use a fast tokenizer.");
}

class TokenClassificationTask {
 public:
  using Input = std::string;
  using Result = std::vector<Entity>;
  struct Prepared {
    std::vector<Encoding> rows;  // one a window
  };
  using Read = std::vector<float>;  // probabilities [S, labels]

  TokenClassificationTask(const AlbertConfig& config, const Tokenizer& tokenizer, const TokenClassificationOptions& options)
      : config_(config),
        tokenizer_(tokenizer),
        options_(options),
        strategy_(options.aggregation_strategy.value_or(AggregationStrategy::none)),
        unk_id_(tokenizer.special_token_id("unk")) {
    check_options(tokenizer, options);
  }

  Prepared prepare(const Input& text) const {
    CallOptions options;
    if (tokenizer_.model_max_length() > 0) options.truncation = TruncationStrategy::longest_first;
    if (options_.stride) {
      options.return_overflowing_tokens = true;
      options.padding = PaddingStrategy::longest;
      options.stride = *options_.stride;
    }
    Prepared prepared;
    prepared.rows.push_back(tokenizer_(text, options));
    for (Encoding& window : std::exchange(prepared.rows[0].overflowing, {})) prepared.rows.push_back(std::move(window));
    return prepared;
  }

  Read read(const Prepared&, std::size_t, const RowOutput& output) const {
    const auto logits = output.tokens("logits");
    if (logits.empty()) return {};
    const std::size_t labels = logits.size() / static_cast<std::size_t>(output.length());
    Read scores;
    scores.reserve(logits.size());
    for (std::size_t first = 0; first < logits.size(); first += labels) {
      const auto row = tasks::softmax(logits.subspan(first, labels));
      scores.insert(scores.end(), row.begin(), row.end());
    }
    return scores;
  }

  Result finish(const Input& text, const Prepared& prepared, std::vector<Read> scores) const {
    const tasks::CodePoints sentence(text);
    Result entities;
    for (std::size_t w = 0; w < prepared.rows.size(); ++w) {
      const auto found = pipelines::find_entities(predictions(prepared.rows[w], scores[w], sentence), strategy_, options_.ignore_labels,
                                                  config_, tokenizer_);
      entities.insert(entities.end(), found.begin(), found.end());
    }
    return prepared.rows.size() > 1 ? pipelines::join_windows(std::move(entities)) : entities;
  }

 private:
  std::vector<TokenPrediction> predictions(const Encoding& window, std::span<const float> scores, const tasks::CodePoints& sentence) const {
    const std::vector<Offsets>& offsets = options_.offset_mapping ? *options_.offset_mapping : window.offsets;
    const std::size_t labels = window.size() == 0 ? 0 : scores.size() / window.size();
    std::vector<TokenPrediction> tokens;
    for (std::size_t i = 0; i < window.size(); ++i) {
      if (window.special_tokens_mask[i] != 0) continue;
      TokenPrediction& token = tokens.emplace_back();
      token.word = tokenizer_.convert_id_to_token(window.input_ids[i]);
      token.scores.assign(scores.begin() + static_cast<std::ptrdiff_t>(i * labels),
                          scores.begin() + static_cast<std::ptrdiff_t>((i + 1) * labels));
      token.index = static_cast<std::int64_t>(i);
      if (offsets.empty()) continue;
      require(i < offsets.size(), ErrorCode::index, "offset_mapping has {} entries but the text has {} tokens", offsets.size(),
              window.size());
      const auto [start, end] = offsets[i];
      token.start = start;
      token.end = end;
      // A continuation prefix makes a token longer than its text; without one, no blank at its start has to tell.
      token.is_subword = tokenizer_.marks_subwords()
                             ? tasks::CodePoints(token.word).size() != tasks::CodePoints(sentence.slice(start, end)).size()
                             : start > 0 && sentence.slice(start - 1, start + 1).find(' ') == std::string_view::npos;
      if (window.input_ids[i] == unk_id_) {
        token.word = sentence.slice(start, end);
        token.is_subword = false;
      }
    }
    return tokens;
  }

  const AlbertConfig& config_;
  const Tokenizer& tokenizer_;
  const TokenClassificationOptions& options_;
  AggregationStrategy strategy_;
  std::optional<std::int32_t> unk_id_;
};

}  // namespace

AggregationStrategy aggregation_strategy_from_string(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower == "none") return AggregationStrategy::none;
  if (lower == "simple") return AggregationStrategy::simple;
  if (lower == "first") return AggregationStrategy::first;
  if (lower == "average") return AggregationStrategy::average;
  if (lower == "max") return AggregationStrategy::max;
  fail(ErrorCode::key, "unknown aggregation_strategy '{}': expected none, simple, first, average or max", name);
}

TokenClassificationPipeline::TokenClassificationPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : Pipeline(std::move(model), std::move(tokenizer), std::move(options)) {
  tasks::require_class(*model_, ModelClass::token_classification, "token-classification");
}

TokenClassificationPipeline TokenClassificationPipeline::from_pretrained(const std::string& path, PipelineOptions options) {
  auto loaded = tasks::load(path, "token-classification", ModelClass::token_classification, {"classifier"}, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer), std::move(options)};
}

std::vector<std::string> TokenClassificationPipeline::check(const Options& options) const {
  check_options(*tokenizer_, options);
  if (options.aggregation_strategy && merges_words(*options.aggregation_strategy) && !tokenizer_->marks_subwords())
    return {"Tokenizer does not support real words, using fallback heuristic"};
  return {};
}

TokenClassificationPipeline::Result TokenClassificationPipeline::operator()(const Input& text, const Options& options) const {
  return tasks::run_one(TokenClassificationTask(model_->config(), *tokenizer_, options), *model_, text, options_.padding);
}

std::vector<Outcome<TokenClassificationPipeline::Result>> TokenClassificationPipeline::run(std::span<const Input> texts,
                                                                                           const Options& options) const {
  return tasks::run_task(TokenClassificationTask(model_->config(), *tokenizer_, options), *model_, texts, options_.batch_tokens,
                         options_.padding);
}

Json TokenClassificationPipeline::to_json(const Result& result, const Options&) {
  const auto position = [](const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(nullptr); };
  Json::Array entities;
  for (const Entity& entity : result) {
    Json::Object object{{entity.group ? "entity_group" : "entity", entity.label}, {"score", entity.score}};
    if (!entity.group) object.emplace_back("index", entity.index);
    object.emplace_back("word", entity.word);
    object.emplace_back("start", position(entity.start));
    object.emplace_back("end", position(entity.end));
    entities.emplace_back(std::move(object));
  }
  return entities;
}

}  // namespace albert
