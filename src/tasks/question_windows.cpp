#include "tasks/question_windows.h"

#include <algorithm>

#include "base/check.h"
#include "tokenizer/utf8.h"

namespace albert::tasks {
namespace {

constexpr std::int64_t kPairSpecials = 3;  // [CLS] A [SEP] B [SEP]

std::int64_t size_of_list(const std::vector<std::int32_t>& list) { return static_cast<std::int64_t>(list.size()); }

/// Python's list[first:last] for a last that counts from the end when negative.
std::vector<std::int32_t> tail(const std::vector<std::int32_t>& list, std::int64_t count) {
  // list[-count:]: -0 is the whole list, and a negative count is a start from the front.
  const std::int64_t size = size_of_list(list);
  const std::int64_t first = count > 0 ? std::max<std::int64_t>(0, size - count) : std::min(size, -count);
  return {list.begin() + first, list.end()};
}
std::vector<std::int32_t> head(const std::vector<std::int32_t>& list, std::int64_t count) {
  // list[:count]
  const std::int64_t size = size_of_list(list);
  const std::int64_t last = count >= 0 ? std::min(size, count) : std::max<std::int64_t>(0, size + count);
  return {list.begin(), list.begin() + last};
}

std::int32_t role_id(const Tokenizer& tokenizer, std::string_view role) {
  const auto id = tokenizer.special_token_id(role);
  require(id.has_value(), ErrorCode::value, "question-answering needs a tokenizer with a {} token", role);
  return *id;
}

/// [CLS] first [SEP] second [SEP]
Encoding build_pair(const Tokenizer& tokenizer, const std::vector<std::int32_t>& first, const std::vector<std::int32_t>& second) {
  Encoding encoding;
  const auto add = [&](std::int32_t id, std::int32_t type) {
    encoding.input_ids.push_back(id);
    encoding.token_type_ids.push_back(type);
    encoding.attention_mask.push_back(1);
  };
  add(role_id(tokenizer, "cls"), 0);
  for (const std::int32_t id : first) add(id, 0);
  add(role_id(tokenizer, "sep"), 0);
  for (const std::int32_t id : second) add(id, 1);
  add(role_id(tokenizer, "sep"), 1);
  return encoding;
}

void pad_front(Encoding& encoding, std::int64_t count, std::int32_t pad_id) {
  require(count <= std::int64_t{1} << 20, ErrorCode::value, "max_seq_len asks for {} positions of padding", count);
  encoding.input_ids.insert(encoding.input_ids.begin(), static_cast<std::size_t>(count), pad_id);
  encoding.token_type_ids.insert(encoding.token_type_ids.begin(), static_cast<std::size_t>(count), 0);
  encoding.attention_mask.insert(encoding.attention_mask.begin(), static_cast<std::size_t>(count), 0);
}

}  // namespace

WindowLengths::WindowLengths(const QuestionAnsweringOptions& options, const Tokenizer& tokenizer)
    : max_seq_len(options.max_seq_len.value_or(std::min<std::int64_t>(tokenizer.model_max_length(), 384))),
      doc_stride(options.doc_stride.value_or(std::min<std::int64_t>(max_seq_len / 2, 128))),
      max_question_len(options.max_question_len) {
  require(max_seq_len >= 0 && doc_stride >= 0 && max_question_len >= 0, ErrorCode::value,
          "max_seq_len, doc_stride and max_question_len must not be negative: got {}, {} and {}", max_seq_len, doc_stride,
          max_question_len);
  require(doc_stride <= max_seq_len, ErrorCode::value, "`doc_stride` ({}) is larger than `max_seq_len` ({})", doc_stride, max_seq_len);
}

ContextWords::ContextWords(std::string_view context) {
  bool inside = false;
  for (std::size_t i = 0; i < context.size();) {
    const DecodedCharacter character = decode_utf8(context, i);
    i += character.length;
    const char32_t code = character.code;
    if (code == U' ' || code == U'\t' || code == U'\r' || code == U'\n' || code == 0x202F) {
      inside = false;
    } else {
      if (!inside) words.emplace_back();
      append_utf8(words.back(), code);
      inside = true;
    }
    word_of_character.push_back(static_cast<std::int64_t>(words.size()) - 1);
  }
}

std::vector<QuestionWindow> fast_windows(const QuestionInput& input, const Tokenizer& tokenizer, const WindowLengths& lengths) {
  const bool question_first = tokenizer.padding_side() == Side::right;
  CallOptions options;
  options.truncation = question_first ? TruncationStrategy::only_second : TruncationStrategy::only_first;
  options.max_length = lengths.max_seq_len;
  options.stride = lengths.doc_stride;
  options.return_overflowing_tokens = true;
  Encoding encoding =
      question_first ? tokenizer(input.question, input.context, options) : tokenizer(input.context, input.question, options);
  std::vector<Encoding> encodings = std::exchange(encoding.overflowing, {});
  encodings.insert(encodings.begin(), std::move(encoding));

  const auto cls = tokenizer.special_token_id("cls");
  std::vector<QuestionWindow> windows;
  for (Encoding& part : encodings) {
    QuestionWindow& window = windows.emplace_back();
    for (std::size_t i = 0; i < part.size(); ++i) {
      // With the context first the reference's test lets every token pass.
      const bool context = !question_first || part.sequence_ids[i] == 1;
      window.allowed.push_back(part.attention_mask[i] != 0 && (context || part.input_ids[i] == cls) ? 1 : 0);
    }
    window.padded_length = static_cast<std::int64_t>(part.size());
    window.encoding = std::move(part);
  }
  return windows;
}

std::vector<QuestionWindow> slow_windows(const QuestionInput& input, const ContextWords& context, const Tokenizer& tokenizer,
                                         const WindowLengths& lengths) {
  require(lengths.doc_stride > 0, ErrorCode::value, "doc_stride must be positive: with the slow tokenizer it is the step between windows");
  const bool question_first = tokenizer.padding_side() == Side::right;
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> word_of_id;
  for (std::size_t word = 0; word < context.words.size(); ++word)
    for (const std::string& piece : tokenizer.tokenize(context.words[word])) {
      ids.push_back(tokenizer.convert_token_to_id(piece));
      word_of_id.push_back(static_cast<std::int64_t>(word));
    }
  CallOptions question_options;
  question_options.add_special_tokens = false;
  question_options.truncation = TruncationStrategy::longest_first;
  question_options.max_length = lengths.max_question_len;
  const std::vector<std::int32_t> question = tokenizer(input.question, question_options).input_ids;
  require(!question.empty(), ErrorCode::value,
          "Input [] is not valid. Should be a string, a list/tuple of strings or a list/tuple of integers. (the question has no token)");

  const std::int64_t room = lengths.max_seq_len - size_of_list(question) - kPairSpecials;
  const std::int64_t total = size_of_list(ids);
  const std::int64_t first_context_token = question_first ? size_of_list(question) + 2 : 0;
  const std::vector<std::int32_t> special_ids = tokenizer.all_special_ids();
  const std::int32_t cls = role_id(tokenizer, "cls"), padding = role_id(tokenizer, "pad");

  std::vector<QuestionWindow> windows;
  std::vector<std::int32_t> rest = ids;
  for (std::int64_t begin = 0; begin < total; begin += lengths.doc_stride) {
    std::vector<std::int32_t> part = rest, overflow;
    const std::int64_t remove = size_of_list(rest) + size_of_list(question) + kPairSpecials - lengths.max_seq_len;
    if (remove > 0 && lengths.max_seq_len > 0 && size_of_list(rest) > remove) {
      const std::int64_t kept_over = std::min(size_of_list(rest), room - lengths.doc_stride + remove);
      if (tokenizer.truncation_side() == Side::right) {
        overflow = tail(rest, kept_over);
        part = head(rest, -remove);
      } else {
        overflow = head(rest, kept_over);
        part = {rest.begin() + remove, rest.end()};
      }
    }
    QuestionWindow& window = windows.emplace_back();
    window.encoding = question_first ? build_pair(tokenizer, question, part) : build_pair(tokenizer, part, question);
    // Padding in front moves positions, so it takes part; behind, it changes nothing and is left out.
    const std::int64_t unpadded = size_of_list(window.encoding.input_ids);
    window.padded_length = std::max(unpadded, lengths.max_seq_len);
    const std::int64_t shift = question_first ? 0 : window.padded_length - unpadded;
    pad_front(window.encoding, shift, padding);
    const std::vector<std::int32_t>& window_ids = window.encoding.input_ids;
    const std::int64_t length = size_of_list(window_ids);
    window.allowed.assign(window_ids.size(), 0);
    window.word_of_token.assign(window_ids.size(), -1);
    const std::int64_t last_context_token = question_first ? length : length - size_of_list(question) - 2;
    // With the context first the reference lets answers begin after the last padding token, one that the text spells out too.
    const auto last_padding = std::find(window_ids.rbegin(), window_ids.rend(), padding);
    const std::int64_t first_allowed = question_first ? first_context_token : window_ids.rend() - last_padding;
    for (std::int64_t i = first_allowed; i < last_context_token; ++i) {
      const bool special = std::find(special_ids.begin(), special_ids.end(), window_ids[static_cast<std::size_t>(i)]) != special_ids.end();
      window.allowed[static_cast<std::size_t>(i)] = special ? 0 : 1;
    }
    // With the context first the reference counts from the window's first position, padding or not.
    for (std::int64_t i = 0; i < std::min(total - begin, room); ++i)
      if (const std::int64_t token = first_context_token + i; token < length)
        window.word_of_token[static_cast<std::size_t>(token)] = word_of_id[static_cast<std::size_t>(begin + i)];
    if (const auto position = std::find(window_ids.begin(), window_ids.end(), cls); position != window_ids.end())
      window.allowed[static_cast<std::size_t>(position - window_ids.begin())] = 1;
    if (overflow.empty()) break;
    rest = std::move(overflow);
  }
  require(!windows.empty(), ErrorCode::value, "the context has no word");
  return windows;
}

}  // namespace albert::tasks
