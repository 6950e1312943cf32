#include "tasks/question_answering_task.h"

#include <algorithm>

#include "base/check.h"
#include "tasks/code_points.h"

namespace albert::tasks {
namespace {

/// Characters of the word that holds a token, as far as this window shows it; null for a token without a word.
std::optional<Offsets> word_characters(const Encoding& encoding, std::size_t token, std::int32_t sequence) {
  const std::int32_t word = encoding.word_ids[token];
  if (word < 0) return {};
  std::optional<Offsets> characters;
  for (std::size_t i = 0; i < encoding.size(); ++i) {
    if (encoding.sequence_ids[i] != sequence || encoding.word_ids[i] != word) continue;
    if (!characters) characters = encoding.offsets[i];
    characters->end = encoding.offsets[i].end;
  }
  return characters;
}

Answer slow_answer(const ContextWords& context, const QuestionWindow& window, const AnswerSpan& span) {
  const std::int64_t first = window.word_of_token[span.start], last = window.word_of_token[span.end];
  require(first >= 0 && last >= 0, ErrorCode::key, "top_k asks for more answers than the context has: a span at [CLS] has no word");
  const auto& words = context.word_of_character;
  Answer answer;
  answer.score = span.score;
  answer.start = std::find(words.begin(), words.end(), first) - words.begin();
  answer.end = words.rend() - std::find(words.rbegin(), words.rend(), last) - 1;
  for (std::int64_t word = first; word <= last; ++word) {
    if (word != first) answer.answer += ' ';
    answer.answer += context.words[static_cast<std::size_t>(word)];
  }
  return answer;
}

}  // namespace

QuestionAnsweringTask::QuestionAnsweringTask(const Tokenizer& tokenizer, const QuestionAnsweringOptions& options)
    : tokenizer_(tokenizer), options_(options), lengths_(options, tokenizer), padding_(tokenizer.special_token_id("pad").value_or(-1)) {
  check(tokenizer, options);
}

void QuestionAnsweringTask::check(const Tokenizer& tokenizer, const QuestionAnsweringOptions& options) {
  require(options.top_k >= 1, ErrorCode::value, "top_k parameter should be >= 1 (got {})", options.top_k);
  require(options.max_answer_len >= 1, ErrorCode::value, "max_answer_len parameter should be >= 1 (got {})", options.max_answer_len);
  static_cast<void>(WindowLengths(options, tokenizer));
}

QuestionAnsweringTask::Prepared QuestionAnsweringTask::prepare(const Input& input) const {
  require(!input.question.empty(), ErrorCode::value, "`question` cannot be empty");
  require(!input.context.empty(), ErrorCode::value, "`context` cannot be empty");
  Prepared prepared;
  if (tokenizer_.is_fast()) {
    prepared.windows = fast_windows(input, tokenizer_, lengths_);
  } else {
    prepared.context_words.emplace(input.context);
    prepared.windows = slow_windows(input, *prepared.context_words, tokenizer_, lengths_);
  }
  for (QuestionWindow& window : prepared.windows) prepared.rows.push_back(std::move(window.encoding));
  return prepared;
}

QuestionAnsweringTask::Read QuestionAnsweringTask::read(const Prepared& prepared, std::size_t row, const RowOutput& output) const {
  const QuestionWindow& window = prepared.windows[row];
  const auto length = static_cast<std::size_t>(output.length());
  return best_spans(output.values("start_logits").first(length), output.values("end_logits").first(length), window.allowed, options_.top_k,
                    options_.max_answer_len, window.padded_length);
}

QuestionAnsweringTask::Result QuestionAnsweringTask::finish(const Input& input, const Prepared& prepared,
                                                            const std::vector<Read>& windows) const {
  const CodePoints context(input.context);
  Result answers;
  for (std::size_t w = 0; w < windows.size(); ++w) {
    for (const AnswerSpan& span : windows[w].spans)
      answers.push_back(prepared.context_words ? slow_answer(*prepared.context_words, prepared.windows[w], span)
                                               : fast_answer(context, prepared.rows[w], span));
  }
  if (options_.handle_impossible_answer) answers.push_back({null_score(windows), 0, 0, ""});
  std::stable_sort(answers.begin(), answers.end(), [](const Answer& a, const Answer& b) { return a.score > b.score; });
  if (static_cast<std::int64_t>(answers.size()) > options_.top_k) answers.resize(static_cast<std::size_t>(options_.top_k));
  return answers;
}

Answer QuestionAnsweringTask::fast_answer(const CodePoints& context, const Encoding& encoding, const AnswerSpan& span) const {
  const bool left = tokenizer_.padding_side() == Side::left;
  // The reference takes every padding token for padding in front, one that the text spells out too.
  const std::int64_t shift = left ? std::count(encoding.input_ids.begin(), encoding.input_ids.end(), padding_) : 0;
  const std::int64_t start = static_cast<std::int64_t>(span.start) - shift, end = static_cast<std::int64_t>(span.end) - shift;
  // Before the first token its list of offsets counts from the end.
  const auto offsets = [&](std::int64_t token) {
    return encoding.offsets[static_cast<std::size_t>(token < 0 ? token + static_cast<std::int64_t>(encoding.size()) : token)];
  };
  Offsets range{offsets(start).start, offsets(end).end};
  if (options_.align_to_words && start >= 0 && end >= 0) {
    const std::int32_t sequence = left ? 0 : 1;
    const auto first = word_characters(encoding, static_cast<std::size_t>(start), sequence);
    const auto last = word_characters(encoding, static_cast<std::size_t>(end), sequence);
    if (first && last) range = {first->start, last->end};
  }
  return {span.score, range.start, range.end, std::string(context.slice(range.start, range.end))};
}

float null_score(const std::vector<WindowSpans>& windows) {
  float least = 1000000.0f;
  for (const WindowSpans& window : windows) least = std::min(least, window.null_score);
  return least;
}

}  // namespace albert::tasks
