// Options are set by name, and what is not named keeps its default without a warning (an error here).
#include <gtest/gtest.h>

#include "albert/device.h"
#include "albert/model.h"
#include "albert/pipelines.h"
#include "albert/tokenizer.h"

namespace albert {
namespace {

TEST(DesignatedInitializers, NeedOnlyWhatDiffersFromTheDefault) {
  const CallOptions call{.padding = PaddingStrategy::longest, .max_length = 100};
  EXPECT_EQ(call.max_length, 100);
  EXPECT_FALSE(call.truncation.has_value());
  EXPECT_TRUE((AlbertPreTrainedModel::BuildOptions{.flavor = Flavor::flax}.add_pooling_layer));
  EXPECT_EQ((AlbertPreTrainedModel::SaveOptions{.safe_serialization = false}.max_shard_size), "10GB");
  EXPECT_EQ((SaveOptions{.legacy_format = true}.filename_prefix), "");
  EXPECT_EQ((DeviceOptions{.kind = "ref"}.threads), 0);
  EXPECT_EQ((LoadOptions{.seed = 3}.info), nullptr);
  EXPECT_FALSE((ForwardOptions{.dropout_seed = 3}.train.has_value()));
  EXPECT_FALSE((ModelInputs{.labels = Tensor()}.input_ids.has_value()));
  EXPECT_FALSE((TextInput{.text = "a"}.text_pair.has_value()));
  EXPECT_FALSE((AddedToken{.content = "a"}.special));
  EXPECT_EQ((PipelineOptions{.config_overrides = Json(3)}.device), nullptr);
  EXPECT_FALSE((FillMaskOptions{.top_k = 3}.targets.has_value()));
  EXPECT_FALSE((TextClassificationOptions{.top_k = 3}.function_to_apply.has_value()));
  EXPECT_FALSE((TokenClassificationOptions{.stride = 3}.aggregation_strategy.has_value()));
  EXPECT_FALSE((QuestionAnsweringOptions{.max_answer_len = 3}.doc_stride.has_value()));
  EXPECT_EQ((QuestionInput{.question = "a"}.context), "");
  EXPECT_FALSE((ZeroShotClassificationOptions{.multi_label = true}.candidate_labels.size() > 0));
  EXPECT_FALSE((FeatureExtractionOptions{.tokenizer_kwargs = {.stride = 2}}.tokenizer_kwargs.max_length.has_value()));
  EXPECT_TRUE((MultipleChoiceInput{.text = "a"}.choices.empty()));
}

}  // namespace
}  // namespace albert
