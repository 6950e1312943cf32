// fill-mask: the most likely pieces at each [MASK] (the reference's FillMaskPipeline).
#include <algorithm>
#include <set>

#include "base/check.h"
#include "tasks/loading.h"
#include "tasks/run_task.h"
#include "tasks/scores.h"

namespace albert {
namespace {

using tasks::RowOutput;

/// Ids of the targets, each once, with what the reference would warn about.
struct Targets {
  std::vector<std::int32_t> ids;
  std::vector<std::string> warnings;
};

Targets find_targets(const Tokenizer& tokenizer, const std::vector<std::string>& targets) {
  Targets found;
  std::set<std::int32_t> ids;
  for (const std::string& target : targets) {
    if (const auto id = tokenizer.find_token(target)) {
      ids.insert(*id);
      continue;
    }
    CallOptions options;
    options.add_special_tokens = false;
    options.truncation = TruncationStrategy::longest_first;
    options.max_length = 1;
    const Encoding encoding = tokenizer(target, options);
    if (encoding.input_ids.empty()) {
      found.warnings.push_back(
          fmt::format("The specified target token `{}` does not exist in the model vocabulary. "
                      "We cannot replace it with anything meaningful, ignoring it",
                      target));
      continue;
    }
    const std::int32_t id = encoding.input_ids.front();
    found.warnings.push_back(fmt::format("The specified target token `{}` does not exist in the model vocabulary. Replacing with `{}`.",
                                         target, tokenizer.convert_id_to_token(id)));
    ids.insert(id);
  }
  require(!ids.empty(), ErrorCode::value, "At least one target must be provided when passed.");
  found.ids.assign(ids.begin(), ids.end());
  return found;
}

class FillMaskTask {
 public:
  using Input = std::string;
  using Result = FillMaskPipeline::Result;
  struct Prepared {
    std::vector<Encoding> rows;
    std::vector<std::size_t> masks;  // positions of [MASK]
  };
  /// For each mask, the chosen ids with their scores, best first.
  using Read = std::vector<std::vector<std::pair<std::int32_t, float>>>;

  FillMaskTask(const Tokenizer& tokenizer, const FillMaskOptions& options)
      : tokenizer_(tokenizer),
        options_(options),
        mask_id_(*tokenizer.special_token_id("mask")),
        pad_id_(tokenizer.special_token_id("pad")) {
    if (options.targets) targets_ = find_targets(tokenizer, *options.targets).ids;
  }

  Prepared prepare(const Input& text) const {
    Prepared prepared{{tokenizer_(text, options_.tokenizer_kwargs)}, {}};
    const auto& ids = prepared.rows[0].input_ids;
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] == mask_id_) prepared.masks.push_back(i);
    require(!prepared.masks.empty(), ErrorCode::value, "No mask_token ({}) found on the input", tokenizer_.special_token("mask")->content);
    return prepared;
  }

  Read read(const Prepared& prepared, std::size_t, const RowOutput& output) const {
    const auto logits = output.tokens("logits");
    const std::size_t vocabulary = logits.size() / static_cast<std::size_t>(output.length());
    Read result;
    for (const std::size_t mask : prepared.masks) {
      std::vector<float> scores = tasks::softmax(logits.subspan(mask * vocabulary, vocabulary));
      if (!targets_.empty()) {
        std::vector<float> chosen;
        for (const std::int32_t id : targets_) {
          require(static_cast<std::size_t>(id) < vocabulary, ErrorCode::index, "target id {} is outside the model's {} outputs", id,
                  vocabulary);
          chosen.push_back(scores[static_cast<std::size_t>(id)]);
        }
        scores = std::move(chosen);
      }
      auto count = static_cast<std::size_t>(options_.top_k);
      if (options_.top_k == kAll || !targets_.empty()) count = std::min(count, scores.size());
      require(count <= scores.size(), ErrorCode::value, "top_k is {} but the vocabulary has {} pieces", options_.top_k, scores.size());
      auto& candidates = result.emplace_back();
      for (const std::size_t index : tasks::sorted_descending(scores, count))
        candidates.emplace_back(targets_.empty() ? static_cast<std::int32_t>(index) : targets_[index], scores[index]);
    }
    return result;
  }

  Result finish(const Input&, const Prepared& prepared, std::vector<Read> read) const {
    const bool single = prepared.masks.size() == 1;
    Result result;
    for (std::size_t m = 0; m < prepared.masks.size(); ++m) {
      auto& list = result.emplace_back();
      for (const auto& [id, score] : read[0][m]) {
        std::vector<std::int32_t> ids = prepared.rows[0].input_ids;
        ids[prepared.masks[m]] = id;
        if (pad_id_) std::erase(ids, *pad_id_);
        list.push_back({score, id, tokenizer_.decode(std::span(&id, 1)), tokenizer_.decode(ids, single)});
      }
    }
    return result;
  }

 private:
  const Tokenizer& tokenizer_;
  const FillMaskOptions& options_;
  std::int32_t mask_id_;
  std::optional<std::int32_t> pad_id_;
  std::vector<std::int32_t> targets_;  // empty: the whole vocabulary
};

/// Logits are the vocabulary wide: keep a batch's below this many numbers.
constexpr std::int64_t kLargestLogits = std::int64_t{1} << 24;

}  // namespace

FillMaskPipeline::FillMaskPipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : Pipeline(std::move(model), std::move(tokenizer), std::move(options)) {
  tasks::require_class(*model_, ModelClass::masked_lm, "fill-mask");
  require(tokenizer_->special_token_id("mask").has_value(), ErrorCode::value, "fill-mask needs a tokenizer with a mask token");
}

FillMaskPipeline FillMaskPipeline::from_pretrained(const std::string& path, PipelineOptions options) {
  auto loaded = tasks::load(path, "fill-mask", ModelClass::masked_lm, {"predictions"}, options);
  return {std::move(loaded.model), std::move(loaded.tokenizer), std::move(options)};
}

std::vector<std::string> FillMaskPipeline::check(const Options& options) const {
  require(options.top_k >= 0, ErrorCode::value, "top_k must not be negative: got {}", options.top_k);
  return options.targets ? find_targets(*tokenizer_, *options.targets).warnings : std::vector<std::string>{};
}

FillMaskPipeline::Result FillMaskPipeline::operator()(const Input& text, const Options& options) const {
  require(options.top_k >= 0, ErrorCode::value, "top_k must not be negative: got {}", options.top_k);
  return tasks::run_one(FillMaskTask(*tokenizer_, options), *model_, text, options_.padding);
}

std::vector<Outcome<FillMaskPipeline::Result>> FillMaskPipeline::run(std::span<const Input> texts, const Options& options) const {
  require(options.top_k >= 0, ErrorCode::value, "top_k must not be negative: got {}", options.top_k);
  const std::int64_t tokens = std::min(options_.batch_tokens, kLargestLogits / std::max<std::int64_t>(1, model_->config().vocab_size()));
  return tasks::run_task(FillMaskTask(*tokenizer_, options), *model_, texts, tokens, options_.padding);
}

Json FillMaskPipeline::to_json(const Result& result, const Options&) {
  Json::Array masks;
  for (const auto& list : result) {
    Json::Array candidates;
    for (const auto& candidate : list)
      candidates.push_back(Json::Object{{"score", candidate.score},
                                        {"token", std::int64_t{candidate.token}},
                                        {"token_str", candidate.token_str},
                                        {"sequence", candidate.sequence}});
    masks.emplace_back(std::move(candidates));
  }
  if (masks.size() == 1) return std::move(masks.front());
  return masks;
}

}  // namespace albert
