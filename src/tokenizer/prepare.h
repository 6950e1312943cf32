// From ids to one encoding by the slow form's rules (the reference's prepare_for_model).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "albert/tokenizer.h"

namespace albert {

/// The ids of one text, and its tokens if they are known (else none).
struct IdSequence {
  std::vector<std::int32_t> ids;
  std::vector<std::string> tokens;
};

/// Removes tokens by the reference's truncate_sequences (`second` null: one text); what one text loses, and `stride`
/// more, goes to `overflow`. When that text has no more tokens than are to go, nothing is removed and a warning says so.
void truncate_sequences(IdSequence& first, IdSequence* second, std::int64_t remove, TruncationStrategy strategy, std::int64_t stride,
                        Side side, std::vector<std::int32_t>& overflow, std::vector<std::string>& warnings);

/// Truncated, with special tokens, not padded. `options` are resolved. Error{value}: fields that contradict, a special
/// token that is not set; Error{type}: overflow without max_length.
[[nodiscard]] Encoding prepare(const Tokenizer& tokenizer, IdSequence first, std::optional<IdSequence> second, const CallOptions& options);

/// Adds the reference's warning when `length` tokens are more than the model takes and no maximum was asked for.
void warn_if_too_long(const Tokenizer& tokenizer, std::size_t length, const CallOptions& options, std::vector<std::string>& warnings);

/// Whether a warning is of that kind: the reference gives it once a call, whatever the length.
[[nodiscard]] bool is_too_long_warning(std::string_view sentence);

}  // namespace albert
