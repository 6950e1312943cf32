// Vectors of sentences: do their cosines follow the labels, or is the second text of a pair found among all.
#include "albert/fine_tuning.h"
#include "tasks/loading.h"
#include "train/evaluation/run.h"
#include "train/examples/vector_losses.h"

namespace albert {
namespace {

using examples::VectorList;
using tasks::RowOutput;

class VectorTask {
 public:
  using Input = const std::string*;
  using Result = std::vector<double>;
  struct Prepared {
    std::vector<Encoding> rows;
  };
  using Read = std::vector<double>;

  VectorTask(const Tokenizer& tokenizer, std::int64_t most, Pooling pooling) : tokenizer_(tokenizer), pooling_(pooling) {
    call_.truncation = TruncationStrategy::longest_first;
    call_.max_length = most;
    call_.verbose = false;
  }
  Prepared prepare(const Input& text) const { return {{tokenizer_(*text, call_)}}; }
  Read read(const Prepared&, std::size_t, const RowOutput& output) const {
    const auto states = output.tokens("last_hidden_state");
    const auto length = static_cast<std::size_t>(output.length());
    const std::size_t width = states.size() / length, tokens = pooling_ == Pooling::cls ? 1 : length;
    std::vector<double> vector(width, 0.0);
    for (std::size_t token = 0; token < tokens; ++token)
      for (std::size_t k = 0; k < width; ++k) vector[k] += static_cast<double>(states[token * width + k]) / static_cast<double>(tokens);
    return vector;
  }
  static Result finish(const Input&, const Prepared&, std::vector<Read> read) { return std::move(read[0]); }

 private:
  const Tokenizer& tokenizer_;
  CallOptions call_;
  Pooling pooling_;
};

/// The rank of the second text of every pair among all second texts, by their cosines with the first; equal ones go before it.
std::vector<std::int64_t> ranks_of(const VectorList& first, const VectorList& second) {
  std::vector<std::int64_t> ranks;
  for (std::size_t i = 0; i < first.count; ++i) {
    const double own = examples::cosine(first.at(i), second.at(i));
    std::int64_t rank = 1;
    for (std::size_t j = 0; j < second.count; ++j)
      if (j != i && examples::cosine(first.at(i), second.at(j)) >= own) ++rank;
    ranks.push_back(rank);
  }
  return ranks;
}

}  // namespace

Evaluation evaluate_sentence_embedding(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                       const EmbeddingOptions& embedding, const EvaluationOptions& options) {
  tasks::require_class(model, ModelClass::model, "sentence-embedding");
  for (const TextExample& example : data.examples)
    require(example.input.text_pair.has_value(), ErrorCode::bad_data, "{}: expected a pair of texts, got one",
            data.places.name(example.place));
  const std::size_t pairs = data.examples.size();
  VectorList sides[2];
  const VectorTask task(tokenizer, evaluation::most_tokens(model, tokenizer, embedding.encoding.max_length), embedding.pooling);
  evaluation::for_each_result(
      task, model, 2 * pairs, options, options.batch_tokens,
      [&](std::size_t i) { return i < pairs ? &data.examples[i].input.text : &*data.examples[i - pairs].input.text_pair; },
      [&](std::size_t i) { return data.places.name(data.examples[i % pairs].place); },
      [&](std::size_t i, const std::vector<double>& vector) {
        VectorList& side = sides[i < pairs ? 0 : 1];
        side.values.insert(side.values.end(), vector.begin(), vector.end());
        side.width = vector.size();
        ++side.count;
      });
  Evaluation result;
  if (embedding.loss == EmbeddingLoss::cosine) {
    const auto numbers = label_numbers(data.labels, data.places);
    std::vector<double> truths, cosines;
    for (std::size_t i = 0; i < pairs; ++i) {
      require(data.examples[i].labels.size() == 1, ErrorCode::bad_data, "{}: expected one number as label, got {}",
              data.places.name(data.examples[i].place), data.examples[i].labels.size());
      truths.push_back(numbers[static_cast<std::size_t>(data.examples[i].labels.front())]);
      cosines.push_back(examples::cosine(sides[0].at(i), sides[1].at(i)));
    }
    result.metrics = Json::Object{{"spearmanr", spearman(cosines, truths)}, {"pearson", pearson(cosines, truths)}};
  } else {
    const auto ranks = ranks_of(sides[0], sides[1]);
    const auto found = std::count(ranks.begin(), ranks.end(), 1);
    result.metrics =
        Json::Object{{"mrr", mean_reciprocal_rank(ranks)}, {"accuracy", static_cast<double>(found) / static_cast<double>(pairs)}};
  }
  result.metrics.set("examples", pairs);
  return result;
}

}  // namespace albert
