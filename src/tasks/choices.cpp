#include "tasks/choices.h"

#include "base/check.h"

namespace albert::tasks {

std::vector<Encoding> encode_choices(const Tokenizer& tokenizer, const MultipleChoiceInput& input, std::optional<std::int64_t> most) {
  require(!input.choices.empty(), ErrorCode::value, "multiple-choice needs at least one choice");
  CallOptions options;
  options.truncation = TruncationStrategy::longest_first;
  options.max_length = most;
  // One call for all choices, as in the guide: in a batch an empty choice is a second text, in a single call it is none.
  std::vector<TextInput> pairs;
  pairs.reserve(input.choices.size());
  for (const std::string& choice : input.choices) pairs.push_back({input.text, choice});
  return tokenizer.encode_batch(pairs, options, 1);
}

}  // namespace albert::tasks
