#include "albert/pipelines.h"

#include "base/check.h"

namespace albert {

Pipeline::Pipeline(ModelPointer model, TokenizerPointer tokenizer, PipelineOptions options)
    : model_(std::move(model)), tokenizer_(std::move(tokenizer)), options_(std::move(options)) {
  require(model_ != nullptr && tokenizer_ != nullptr, ErrorCode::value, "a pipeline needs a model and a tokenizer");
  require(options_.batch_tokens > 0, ErrorCode::value, "batch_tokens must be positive: got {}", options_.batch_tokens);
}

}  // namespace albert
