// Questions and contexts: a row a window, labelled with the tokens of the answer.
#include <algorithm>

#include "base/check.h"
#include "tasks/label_alignment.h"
#include "tokenizer/python_string.h"
#include "tokenizer/utf8.h"
#include "train/examples/token_rows.h"

namespace albert {
namespace {

using tasks::TokenRange;

std::int64_t code_points(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < text.size(); i += decode_utf8(text, i).length) ++count;
  return count;
}

/// Characters of the context.
struct AnswerCharacters {
  std::int64_t start = 0, end = 0;
};

/// The first answer; null when there is none.
std::optional<AnswerCharacters> answer_of(const QuestionExample& example, const DataPlaces& places) {
  if (example.answers.empty()) return {};
  const std::string& text = example.answers.front();
  const std::int64_t length = code_points(text);
  if (example.answer_starts.empty()) {
    const std::size_t at = text.empty() ? std::string::npos : example.context->find(text);
    require(at != std::string::npos, ErrorCode::bad_data, "{}: the context does not hold the answer '{}'", places.name(example.place),
            text);
    const std::int64_t start = code_points(std::string_view(*example.context).substr(0, at));
    return AnswerCharacters{start, start + length};
  }
  const std::int64_t start = example.answer_starts.front(), characters = code_points(*example.context);
  require(start + length <= characters, ErrorCode::bad_data, "{}: the answer '{}' at {} ends beyond the context's {} characters",
          places.name(example.place), text, start, characters);
  return AnswerCharacters{start, start + length};
}

/// Whether a window holds the characters of text number `sequence`: one that cuts an answer is no place to point at. Source: run_qa.py.
bool holds(const Encoding& window, std::int32_t sequence, const AnswerCharacters& answer) {
  const auto& owners = window.sequence_ids;
  const auto first = std::find(owners.begin(), owners.end(), sequence);
  if (first == owners.end()) return false;
  const auto last = std::find(owners.rbegin(), owners.rend(), sequence);
  return window.offsets[static_cast<std::size_t>(first - owners.begin())].start <= answer.start &&
         window.offsets[static_cast<std::size_t>(owners.rend() - last) - 1].end >= answer.end;
}

class QuestionAnsweringBatches final : public TrainingData {
 public:
  QuestionAnsweringBatches(const QuestionData& data, const Tokenizer& tokenizer, const AlbertConfig& config,
                           const QuestionWindowOptions& options)
      : rows_(tokenizer), question_first_(tokenizer.padding_side() == Side::right), cls_(tokenizer.special_token_id("cls").value_or(-1)) {
    require(tokenizer.is_fast(), ErrorCode::value, "question-answering needs a fast tokenizer: the slow one does not know characters");
    require(config.num_labels() == 2, ErrorCode::value, "question-answering has two labels, start and end: the configuration has {}",
            config.num_labels());
    require(!data.examples.empty(), ErrorCode::value, "there are no questions to train on");
    require(options.doc_stride >= 0, ErrorCode::value, "doc_stride: expected 0 or more, got {}", options.doc_stride);
    CallOptions call;
    call.truncation = question_first_ ? TruncationStrategy::only_second : TruncationStrategy::only_first;
    call.max_length = options.max_length > 0 ? examples::most_tokens(options.max_length, tokenizer, config)
                                             : std::min<std::int64_t>(384, examples::most_tokens(0, tokenizer, config));
    call.stride = std::min(options.doc_stride, *call.max_length / 3);
    call.return_overflowing_tokens = true;
    examples::encode_each(
        tokenizer, data.examples.size(), call, options.threads,
        [&](std::size_t i) {
          const QuestionExample& example = data.examples[i];
          const std::string question(python_strip(replace_invalid_utf8(example.question)));
          require(!question.empty() && !example.context->empty(), ErrorCode::bad_data, "{}: the {} is empty",
                  data.places.name(example.place), question.empty() ? "question" : "context");
          return question_first_ ? TextInput{question, *example.context} : TextInput{*example.context, question};
        },
        [&](std::size_t i, const Encoding& encoding) {
          const auto answer = answer_of(data.examples[i], data.places);
          add(encoding, answer);
          for (const Encoding& window : encoding.overflowing) add(window, answer);
        });
  }

  [[nodiscard]] std::int64_t size(std::int64_t) override { return rows_.size(); }
  [[nodiscard]] std::int64_t length(std::int64_t, std::int64_t index) override { return rows_.length(index); }

  [[nodiscard]] ModelInputs batch(std::int64_t, std::span<const std::int64_t> indices) override {
    const examples::PaddedRows padded = rows_.pad(indices);
    std::vector<std::int64_t> starts, ends;
    for (std::size_t row = 0; row < indices.size(); ++row) {
      const TokenRange& answer = answers_[static_cast<std::size_t>(indices[row])];
      const auto begin = static_cast<std::int64_t>(padded.begins[row]);
      starts.push_back(begin + answer.start);
      ends.push_back(begin + answer.end);
    }
    ModelInputs inputs = padded.inputs();
    inputs.start_positions = Tensor::from<std::int64_t>({padded.rows}, starts);
    inputs.end_positions = Tensor::from<std::int64_t>({padded.rows}, ends);
    return inputs;
  }

 private:
  void add(const Encoding& window, const std::optional<AnswerCharacters>& answer) {
    const auto position = std::find(window.input_ids.begin(), window.input_ids.end(), cls_);
    const std::int64_t cls = position == window.input_ids.end() ? 0 : position - window.input_ids.begin();
    rows_.add(window);
    const std::int32_t context = question_first_ ? 1 : 0;
    answers_.push_back(answer && holds(window, context, *answer) ? tasks::answer_tokens(window, context, answer->start, answer->end)
                                                                 : TokenRange{cls, cls});
  }

  examples::TokenRows rows_;
  std::vector<TokenRange> answers_;  // of each window
  bool question_first_;
  std::int32_t cls_;
};

}  // namespace

std::shared_ptr<TrainingData> question_answering_batches(const QuestionData& data, const Tokenizer& tokenizer, const AlbertConfig& config,
                                                         const QuestionWindowOptions& options) {
  return std::make_shared<QuestionAnsweringBatches>(data, tokenizer, config, options);
}

}  // namespace albert
