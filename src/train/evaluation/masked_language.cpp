// Perplexity at masked tokens: the reference's guide, with the masks of a seed.
#include "base/random.h"
#include "tasks/loading.h"
#include "tasks/scores.h"
#include "train/evaluation/run.h"

namespace albert {
namespace {

using tasks::RowOutput;

/// A row with some tokens masked.
struct MaskedRow {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> types;
  struct Target {
    std::size_t token;
    std::int32_t id;
  };
  std::vector<Target> targets;
};

struct MaskedScores {
  double loss = 0;
  std::int64_t right = 0, count = 0;
};

class MaskedTask {
 public:
  using Input = const MaskedRow*;
  using Result = MaskedScores;
  struct Prepared {
    std::vector<Encoding> rows;
    const MaskedRow* row = nullptr;
  };
  using Read = MaskedScores;

  static Prepared prepare(const Input& row) {
    Encoding encoding;
    encoding.input_ids = row->ids;
    encoding.token_type_ids = row->types;
    encoding.attention_mask.assign(row->ids.size(), 1);
    return {{std::move(encoding)}, row};
  }
  static Read read(const Prepared& prepared, std::size_t, const RowOutput& output) {
    MaskedScores scores;
    if (prepared.row->targets.empty()) return scores;
    const auto logits = output.tokens("logits");
    const std::size_t vocabulary = logits.size() / static_cast<std::size_t>(output.length());
    for (const auto& target : prepared.row->targets) {
      const auto row = logits.subspan(target.token * vocabulary, vocabulary);
      require(static_cast<std::size_t>(target.id) < vocabulary, ErrorCode::index, "token {} is not among the model's {}", target.id,
              vocabulary);
      scores.loss += evaluation::cross_entropy(row, target.id);
      if (tasks::arg_max(row) == static_cast<std::size_t>(target.id)) ++scores.right;
      ++scores.count;
    }
    return scores;
  }
  static Result finish(const Input&, const Prepared&, const std::vector<Read>& read) { return read[0]; }
};

/// Texts as rows: end to end in blocks, the rest left out (but kept when it is all there is), or a row a text.
std::vector<MaskedRow> rows_of(const TextData& data, const Tokenizer& tokenizer, const EvaluationOptions& options, std::int64_t most) {
  require(options.block_size >= 0 && options.block_size <= most, ErrorCode::value,
          "block_size: expected 0 (a row a text) or up to the {} tokens that tokenizer and model take, got {}", most, options.block_size);
  CallOptions call;
  call.verbose = false;
  if (options.block_size == 0) {
    call.truncation = TruncationStrategy::longest_first;
    call.max_length = most;
  }
  std::vector<MaskedRow> rows;
  MaskedRow open;
  for (std::size_t first = 0; first < data.examples.size(); first += evaluation::kPart) {
    std::vector<TextInput> texts;
    for (std::size_t i = first; i < std::min(data.examples.size(), first + evaluation::kPart); ++i) texts.push_back(data.examples[i].input);
    for (Encoding& encoding : tokenizer.encode_batch(std::span<const TextInput>(texts), call)) {
      if (options.block_size == 0) {
        rows.push_back({std::move(encoding.input_ids), std::move(encoding.token_type_ids), {}});
        continue;
      }
      for (std::size_t token = 0; token < encoding.size(); ++token) {
        open.ids.push_back(encoding.input_ids[token]);
        open.types.push_back(encoding.token_type_ids[token]);
        if (static_cast<std::int64_t>(open.ids.size()) == options.block_size) rows.push_back(std::exchange(open, {}));
      }
    }
  }
  if (rows.empty() && !open.ids.empty()) rows.push_back(std::move(open));
  return rows;
}

/// The reference's DataCollatorForLanguageModeling: of the chosen tokens 80 % become [MASK], 10 % any token, 10 % stay.
void mask(MaskedRow& row, std::uint64_t number, const Tokenizer& tokenizer, const EvaluationOptions& options) {
  const std::vector<std::int32_t> special = tokenizer.special_tokens_mask(row.ids);
  const std::int32_t mask_id = *tokenizer.special_token_id("mask");
  UniformSequence random(options.seed, number);
  for (std::size_t token = 0; token < row.ids.size(); ++token) {
    const double chosen = random.next(), kind = random.next(), other = random.next();
    if (special[token] != 0 || chosen >= options.mlm_probability) continue;
    row.targets.push_back({token, row.ids[token]});
    if (kind < 0.8) {
      row.ids[token] = mask_id;
    } else if (kind < 0.9) {
      row.ids[token] = static_cast<std::int32_t>(other * static_cast<double>(tokenizer.size()));
    }
  }
}

}  // namespace

Evaluation evaluate_masked_language(const AlbertPreTrainedModel& model, const Tokenizer& tokenizer, const TextData& data,
                                    const EvaluationOptions& options) {
  tasks::require_class(model, ModelClass::masked_lm, "masked-language-modelling");
  require(tokenizer.special_token_id("mask").has_value(), ErrorCode::value,
          "masked-language-modelling needs a tokenizer with a mask token");
  require(options.mlm_probability > 0 && options.mlm_probability <= 1, ErrorCode::value,
          "mlm_probability: expected above 0 and up to 1, got {}", options.mlm_probability);
  std::vector<MaskedRow> rows = rows_of(data, tokenizer, options, evaluation::most_tokens(model, tokenizer, options.max_length));
  for (std::size_t i = 0; i < rows.size(); ++i) mask(rows[i], i, tokenizer, options);
  Evaluation result;
  evaluation::LossMean loss(options.batch_size);
  MaskedScores all;
  evaluation::for_each_result(
      MaskedTask(), model, rows.size(), options, evaluation::tokens_with_vocabulary(model, options.batch_tokens),
      [&](std::size_t i) { return &rows[i]; }, [](std::size_t i) { return "row " + std::to_string(i + 1); },
      [&](std::size_t, const MaskedScores& scores) {
        loss.add(scores.loss, scores.count);
        all.right += scores.right;
        all.count += scores.count;
      });
  require(all.count > 0, ErrorCode::value, "no token was masked: there is too little text");
  const double mean = loss.value();
  result.metrics = Json::Object{{"loss", mean},
                                {"perplexity", perplexity(mean)},
                                {"accuracy", static_cast<double>(all.right) / static_cast<double>(all.count)},
                                {"masked_tokens", all.count},
                                {"examples", rows.size()}};
  return result;
}

}  // namespace albert
