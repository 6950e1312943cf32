// tokenizer.json: reading it into a pipeline and writing one back, byte for byte as the reference's library.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/fast_pipeline.h"

namespace albert {

/// Builds what the file says. `name` is for messages. Error{bad_data}: malformed, ill-typed or
/// inconsistent; Error{not_implemented}: a component that is not supported, by name.
[[nodiscard]] std::unique_ptr<FastPipeline> read_tokenizer_json(std::string_view text, std::string_view name);

/// The file's text: pretty-printed, no newline at the end.
[[nodiscard]] std::string write_tokenizer_json(const FastPipeline& pipeline);

}  // namespace albert
