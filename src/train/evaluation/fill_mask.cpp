// Where the right word stands among all that could fill a mask.
#include <cmath>

#include "tasks/loading.h"
#include "tasks/scores.h"
#include "train/evaluation/run.h"

namespace albert {
namespace {

using tasks::RowOutput;

struct MaskedText {
  const TextExample* example;
  std::int32_t target = -1;  // -1: no single piece
};

struct TargetRank {
  std::int64_t rank = 0;  // 0: none
  double loss = 0;
  std::int32_t best = 0;
};

class RankTask {
 public:
  using Input = MaskedText;
  using Result = TargetRank;
  struct Prepared {
    std::vector<Encoding> rows;
    std::size_t mask = 0;
    std::int32_t target = -1;
  };
  using Read = TargetRank;

  RankTask(const Tokenizer& tokenizer, std::int64_t most) : tokenizer_(tokenizer), mask_(*tokenizer.special_token_id("mask")) {
    call_.truncation = TruncationStrategy::longest_first;
    call_.max_length = most;
    call_.verbose = false;
  }
  Prepared prepare(const Input& text) const {
    Prepared prepared{{tokenizer_(text.example->input.text, call_)}, 0, text.target};
    const auto& ids = prepared.rows[0].input_ids;
    const auto count = std::count(ids.begin(), ids.end(), mask_);
    require(count == 1, ErrorCode::value, "expected one {} in the text, got {}", tokenizer_.special_token("mask")->content, count);
    prepared.mask = static_cast<std::size_t>(std::find(ids.begin(), ids.end(), mask_) - ids.begin());
    return prepared;
  }
  static Read read(const Prepared& prepared, std::size_t, const RowOutput& output) {
    const auto logits = output.tokens("logits");
    const std::size_t vocabulary = logits.size() / static_cast<std::size_t>(output.length());
    const auto row = logits.subspan(prepared.mask * vocabulary, vocabulary);
    TargetRank result;
    result.best = static_cast<std::int32_t>(tasks::arg_max(row));
    if (prepared.target < 0 || static_cast<std::size_t>(prepared.target) >= vocabulary) return result;
    const float own = row[static_cast<std::size_t>(prepared.target)];
    // Of equal pieces the one with the smaller id is before the other, as fill-mask lists them.
    for (std::size_t id = 0; id < vocabulary; ++id)
      if (row[id] > own || (row[id] == own && id < static_cast<std::size_t>(prepared.target))) ++result.rank;
    ++result.rank;
    result.loss = evaluation::cross_entropy(row, prepared.target);
    return result;
  }
  static Result finish(const Input&, const Prepared&, const std::vector<Read>& read) { return read[0]; }

 private:
  const Tokenizer& tokenizer_;
  std::int32_t mask_;
  CallOptions call_;
};

/// The piece that stands for a word: itself as the tokenizer reads it, or literally; -1 when it takes several.
std::int32_t piece_of(const Tokenizer& tokenizer, const std::string& word) {
  const auto unknown = tokenizer.special_token_id("unk");
  CallOptions call;
  call.add_special_tokens = false;
  const std::vector<std::int32_t> ids = tokenizer(word, call).input_ids;
  if (ids.size() == 1 && ids.front() != unknown) return ids.front();
  return tokenizer.find_token(word).value_or(-1);
}

}  // namespace

Evaluation evaluate_fill_mask(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                              const EvaluationOptions& options) {
  tasks::require_class(model, ModelClass::masked_lm, "fill-mask");
  require(tokenizer.special_token_id("mask").has_value(), ErrorCode::value, "fill-mask needs a tokenizer with a mask token");
  std::vector<std::int32_t> pieces;
  pieces.reserve(static_cast<std::size_t>(data.labels.size()));
  for (std::int32_t label = 0; label < data.labels.size(); ++label) pieces.push_back(piece_of(tokenizer, data.labels.name(label)));
  Evaluation result;
  evaluation::LossMean loss(options.batch_size);
  std::vector<std::int64_t> ranks;
  std::int64_t lost = 0;
  const RankTask task(tokenizer, evaluation::most_tokens(model, tokenizer, options.max_length));
  evaluation::for_each_result(
      task, model, data.examples.size(), options, evaluation::tokens_with_vocabulary(model, options.batch_tokens),
      [&](std::size_t i) {
        const TextExample& example = data.examples[i];
        require(example.labels.size() == 1, ErrorCode::bad_data, "{}: expected one word as label, got {}", data.places.name(example.place),
                example.labels.size());
        return MaskedText{&example, pieces[static_cast<std::size_t>(example.labels.front())]};
      },
      [&](std::size_t i) { return data.places.name(data.examples[i].place); },
      [&](std::size_t, const TargetRank& found) {
        ranks.push_back(found.rank);
        if (found.rank == 0) {
          ++lost;
        } else {
          loss.add(found.loss, 1);
        }
        if (options.keep_predictions)
          result.predictions.emplace_back(Json::Object{{"token_str", tokenizer.decode(std::span(&found.best, 1))}, {"rank", found.rank}});
      });
  if (lost > 0) result.warnings.push_back(fmt::format("{} words are no single piece of the vocabulary: they count as not found", lost));
  const auto within = [&](std::int64_t most) {
    const auto count = std::count_if(ranks.begin(), ranks.end(), [&](std::int64_t rank) { return rank > 0 && rank <= most; });
    return static_cast<double>(count) / static_cast<double>(ranks.size());
  };
  result.metrics = Json::Object{};
  if (loss.any()) result.metrics.set("loss", loss.value());
  result.metrics.set("mrr", mean_reciprocal_rank(ranks));
  result.metrics.set("accuracy", within(1));
  result.metrics.set("hits_at_5", within(5));
  result.metrics.set("hits_at_10", within(10));
  result.metrics.set("examples", ranks.size());
  return result;
}

}  // namespace albert
