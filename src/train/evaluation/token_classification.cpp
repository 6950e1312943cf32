// Tags of words, and the entities that they name.
#include "tasks/label_alignment.h"
#include "tasks/loading.h"
#include "tasks/scores.h"
#include "train/evaluation/run.h"

namespace albert {
namespace {

using tasks::RowOutput;
using tasks::WordPiece;

/// What one sentence came to: its words that have a piece, with the tags that were found for them.
struct TaggedSentence {
  std::vector<WordPiece> pieces;
  std::vector<std::int32_t> tags;  // one a piece
  double loss = 0;                 // of all of them
};

class TagsTask {
 public:
  using Input = const TokenExample*;  // tags are the model's ids
  using Result = TaggedSentence;
  struct Prepared {
    std::vector<Encoding> rows;
    const TokenExample* example = nullptr;
  };
  using Read = TaggedSentence;

  TagsTask(const Tokenizer& tokenizer, std::int64_t most) : tokenizer_(tokenizer) {
    call_.truncation = TruncationStrategy::longest_first;
    call_.max_length = most;
    call_.verbose = false;
  }

  Prepared prepare(const Input& example) const { return {{tokenizer_.encode_words(example->words, call_)}, example}; }

  static Read read(const Prepared& prepared, std::size_t row, const RowOutput& output) {
    TaggedSentence sentence;
    sentence.pieces = tasks::first_pieces(prepared.rows[row]);
    if (sentence.pieces.empty()) return sentence;
    const auto logits = output.tokens("logits");
    const std::size_t labels = logits.size() / static_cast<std::size_t>(output.length());
    for (const WordPiece& piece : sentence.pieces) {
      const auto scores = logits.subspan(static_cast<std::size_t>(piece.token) * labels, labels);
      sentence.tags.push_back(static_cast<std::int32_t>(tasks::arg_max(scores)));
      sentence.loss += evaluation::cross_entropy(scores, prepared.example->tags[static_cast<std::size_t>(piece.word)]);
    }
    return sentence;
  }
  static Result finish(const Input&, const Prepared&, std::vector<Read> read) { return std::move(read[0]); }

 private:
  const Tokenizer& tokenizer_;
  CallOptions call_;
};

}  // namespace

Evaluation evaluate_token_classification(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, TokenData data,
                                         const EvaluationOptions& options) {
  tasks::require_class(model, ModelClass::token_classification, "token-classification");
  require(tokenizer.is_fast(), ErrorCode::value,
          "token-classification is evaluated with a fast tokenizer: the slow one does not say where words begin");
  match_tags(data, model.config());
  Evaluation result;
  result.labels = evaluation::labels_of(model.config());
  evaluation::LossMean loss(options.batch_size);
  std::vector<Tags> truths, guesses;
  std::int64_t lost = 0;
  const TagsTask task(tokenizer, evaluation::most_tokens(model, tokenizer, options.max_length));
  evaluation::for_each_result(
      task, model, data.examples.size(), options, options.batch_tokens, [&](std::size_t i) { return &data.examples[i]; },
      [&](std::size_t i) { return data.places.name(data.examples[i].place); },
      [&](std::size_t i, const TaggedSentence& sentence) {
        const TokenExample& example = data.examples[i];
        loss.add(sentence.loss, static_cast<std::int64_t>(sentence.pieces.size()));
        lost += static_cast<std::int64_t>(example.words.size() - sentence.pieces.size());
        Tags& truth = truths.emplace_back();
        Tags& guess = guesses.emplace_back();
        Json::Array kept(options.keep_predictions ? example.words.size() : 0, Json("O"));
        for (std::size_t p = 0; p < sentence.pieces.size(); ++p) {
          const auto word = static_cast<std::size_t>(sentence.pieces[p].word);
          truth.push_back(result.labels[static_cast<std::size_t>(example.tags[word])]);
          guess.push_back(result.labels[static_cast<std::size_t>(sentence.tags[p])]);
          if (options.keep_predictions) kept[word] = guess.back();
        }
        if (options.keep_predictions) result.predictions.emplace_back(std::move(kept));
      });
  if (lost > 0)
    result.warnings.push_back(fmt::format("{} words were cut off or have no piece: as in the reference they do not count", lost));
  result.metrics = Json::Object{{"loss", loss.value()}};
  const Json metrics = tag_metrics(truths, guesses, options.tag_scheme, &result.warnings);
  for (const auto& [name, value] : metrics.as_object()) result.metrics.set(name, value);
  return result;
}

}  // namespace albert
