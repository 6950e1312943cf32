// A text with each of its choices, as the reference's guide pairs them.
#pragma once

#include <optional>
#include <vector>

#include "albert/pipelines.h"

namespace albert::tasks {

/// One row a choice. `most`: tokens of a row; null: what the tokenizer takes. Error{value} without a choice.
[[nodiscard]] std::vector<Encoding> encode_choices(const Tokenizer& tokenizer, const MultipleChoiceInput& input,
                                                   std::optional<std::int64_t> most = {});

}  // namespace albert::tasks
