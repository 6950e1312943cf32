// Batches: packed against exact, a batch against its rows, masks per query.
#include <cmath>
#include <limits>

#include "small_model.h"

namespace albert::testing {
namespace {

const std::vector<std::int64_t> kMask{1, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1};  // [3, 7], with holes

ModelInputs masked_inputs(ModelClass model_class) {
  const bool choice = model_class == ModelClass::multiple_choice;
  const std::vector<std::int64_t> shape = choice ? std::vector<std::int64_t>{1, 3, 7} : std::vector<std::int64_t>{3, 7};
  ModelInputs inputs;
  inputs.input_ids = some_ids(shape);
  inputs.attention_mask = Tensor::from<std::int64_t>(shape, kMask);
  return inputs;
}

ForwardOptions everything(Padding padding) {
  ForwardOptions options;
  options.padding = padding;
  options.output_hidden_states = options.output_attentions = true;
  return options;
}

/// Whether slot i of an output is kept: its last two axes but one are tokens.
void expect_packed(const std::string& name, const Tensor& exact, const Tensor& packed) {
  ASSERT_EQ(exact.shape(), packed.shape()) << name;
  const bool per_token = exact.rank() >= 2 && exact.dim(0) == 3 && (name.starts_with("attentions") ? exact.dim(3) == 7 : exact.dim(1) == 7);
  for (std::int64_t i = 0; i < exact.size(); ++i) {
    bool kept = true;
    if (per_token && name.starts_with("attentions")) {
      const std::int64_t row = i / (exact.dim(1) * 49), query = i / 7 % 7;
      kept = kMask[static_cast<std::size_t>(row * 7 + query)] == 1;
    } else if (per_token) {
      kept = kMask[static_cast<std::size_t>(i / (exact.size() / 21))] == 1;
    }
    if (kept)
      ASSERT_NEAR(at(exact, i), at(packed, i), 1e-5) << name << " element " << i;
    else
      ASSERT_EQ(at(packed, i), 0) << name << " element " << i;
  }
}

TEST(PackingTest, PackedEqualsExactWhereATokenIsKept) {
  for (const auto& device : all_devices())
    for (const auto* positions : {"absolute", "relative_key_query"})
      for (const auto model_class : all_classes()) {
        SCOPED_TRACE(device->description() + " " + positions + " " + std::string(to_string(model_class)));
        const auto model = small_model(model_class, small_config({{"position_embedding_type", positions}}), device);
        const auto inputs = masked_inputs(model_class);
        const auto exact = flatten(model.forward(inputs, everything(Padding::exact)));
        const auto packed = flatten(model.forward(inputs, everything(Padding::packed)));
        ASSERT_EQ(exact.size(), packed.size());
        for (std::size_t i = 0; i < exact.size(); ++i) expect_packed(exact[i].first, exact[i].second, packed[i].second);
      }
}

TEST(PackingTest, PackedLossEqualsExact) {
  std::vector<std::int64_t> labels(21, -100);
  labels[0] = 4;
  labels[7] = 5;
  labels[20] = 36;
  for (const auto& device : all_devices()) {
    const auto model = small_model(ModelClass::masked_lm, small_config(), device);
    auto inputs = masked_inputs(ModelClass::masked_lm);
    inputs.labels = Tensor::from<std::int64_t>({3, 7}, labels);
    const double exact = at(model.forward(inputs, everything(Padding::exact)).at("loss"), 0);
    const auto packed = model.forward(inputs, everything(Padding::packed));
    EXPECT_NEAR(exact, at(packed.at("loss"), 0), 1e-5);
    EXPECT_EQ(at(packed.at("logits"), 4 * 37), 0);  // a masked token
  }
}

TEST(PackingTest, FallsBackToExactWherePackingWouldChangeNumbers) {
  const auto device = make_device({"ref", "", 0, DType::f32});
  const auto expect_exact = [&](ModelClass model_class, const ModelInputs& inputs, const std::string& what) {
    const auto model = small_model(model_class, small_config(), device);
    expect_same(model.forward(inputs, everything(Padding::exact)), model.forward(inputs, everything(Padding::packed)), what);
  };
  const auto with_mask = [](std::vector<double> values, std::vector<std::int64_t> shape) {
    ModelInputs inputs;
    inputs.input_ids = some_ids({1, 4});
    inputs.attention_mask = Tensor::from<double>(std::move(shape), values);
    return inputs;
  };
  expect_exact(ModelClass::model, with_mask({1, 0.5, 0, 1}, {1, 4}), "fraction");
  expect_exact(ModelClass::model, with_mask({1, 2, 0, 1}, {1, 4}), "above one");
  expect_exact(ModelClass::model, with_mask({0, 0, 0, 0}, {1, 4}), "nothing kept");
  expect_exact(ModelClass::model, with_mask({0, 1, 1, 0}, {1, 4}), "first token hidden");
  expect_exact(ModelClass::model, with_mask({1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 1}, {1, 4, 4}), "three axes");

  auto labelled = masked_inputs(ModelClass::masked_lm);
  labelled.labels = Tensor::from<std::int64_t>({3, 7}, std::vector<std::int64_t>(21, 5));
  expect_exact(ModelClass::masked_lm, labelled, "label on a masked token");
  auto question = masked_inputs(ModelClass::question_answering);
  question.start_positions = question.end_positions = Tensor::from<std::int64_t>({3}, std::vector<std::int64_t>{0, 2, 1});
  expect_exact(ModelClass::question_answering, question, "a softmax over all slots");
  auto by_slot = masked_inputs(ModelClass::model);
  by_slot.head_mask = Tensor(DType::f32, {4, 1, 1, 1, 7});
  expect_exact(ModelClass::model, by_slot, "head mask by slot");
  auto infinite = masked_inputs(ModelClass::model);
  infinite.input_ids.reset();
  Tensor embeds(DType::f32, {3, 7, 12});
  embeds.mutable_values<float>()[5 * 12] = std::numeric_limits<float>::infinity();
  infinite.inputs_embeds = embeds;
  const auto model = small_model(ModelClass::model, small_config(), device);
  EXPECT_TRUE(std::isnan(at(model.forward(infinite, everything(Padding::packed)).at("last_hidden_state"), 0)));
}

TEST(PackingTest, FlaxPacksUnlessAMaskedTokenIsNotANumber) {
  const auto device = make_device({"ref", "", 0, DType::f32});
  const auto model = small_model(ModelClass::model, small_config(), device, Flavor::flax);
  auto inputs = masked_inputs(ModelClass::model);
  EXPECT_EQ(at(model.forward(inputs, everything(Padding::packed)).at("last_hidden_state"), 4 * 24), 0);
  inputs.input_ids->mutable_values<std::int64_t>()[4] = 99;
  EXPECT_TRUE(std::isnan(at(model.forward(inputs, everything(Padding::packed)).at("last_hidden_state"), 0)));
}

TEST(PackingTest, ABatchEqualsItsRows) {
  for (const auto& device : all_devices()) {
    const auto model = small_model(ModelClass::masked_lm, small_config(), device);
    auto inputs = masked_inputs(ModelClass::masked_lm);
    for (const auto padding : {Padding::exact, Padding::packed}) {
      ForwardOptions options;
      options.padding = padding;
      const Tensor whole = model.forward(inputs, options).at("logits");
      for (std::int64_t row = 0; row < 3; ++row) {
        ModelInputs single;
        const auto part = [&](const Tensor& all) {
          return Tensor::from<std::int64_t>({1, 7}, all.values<std::int64_t>().subspan(static_cast<std::size_t>(row * 7), 7));
        };
        single.input_ids = part(*inputs.input_ids);
        single.attention_mask = part(*inputs.attention_mask);
        const Tensor alone = model.forward(single, options).at("logits");
        EXPECT_EQ(std::memcmp(alone.data(), whole.data() + row * static_cast<std::int64_t>(alone.bytes()), alone.bytes()), 0)
            << device->description() << " row " << row;
      }
    }
  }
}

// With a lower triangle as mask, token l of one layer sees what the end of a sequence of l + 1 sees.
TEST(PackingTest, AMaskPerQueryHidesKeysFromEachQueryAlone) {
  for (const auto& device : all_devices()) {
    const auto one_layer = small_config({{"num_hidden_layers", 1}, {"num_hidden_groups", 1}, {"inner_group_num", 1}});
    const auto model = small_model(ModelClass::model, one_layer, device);
    ModelInputs inputs;
    inputs.input_ids = some_ids({1, 5});
    std::vector<std::int64_t> triangle;
    for (int l = 0; l < 5; ++l)
      for (int m = 0; m < 5; ++m) triangle.push_back(m <= l ? 1 : 0);
    inputs.attention_mask = Tensor::from<std::int64_t>({1, 5, 5}, triangle);
    const Tensor causal = model.forward(inputs).at("last_hidden_state");
    for (std::int64_t length = 1; length <= 5; ++length) {
      ModelInputs prefix;
      prefix.input_ids =
          Tensor::from<std::int64_t>({1, length}, inputs.input_ids->values<std::int64_t>().first(static_cast<std::size_t>(length)));
      const Tensor alone = model.forward(prefix).at("last_hidden_state");
      for (std::int64_t i = 0; i < 24; ++i)
        EXPECT_NEAR(at(causal, (length - 1) * 24 + i), at(alone, (length - 1) * 24 + i), 1e-5) << device->description();
    }
  }
}

}  // namespace
}  // namespace albert::testing
