// What a model promises besides numbers: threads, seeds, modes, copies, memory.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>
#include <thread>

#include "small_model.h"

namespace {
std::atomic<long> large_allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  if (bytes >= 1024) ++large_allocations;
  void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes == 0 ? 1 : bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes == 0 ? 1 : bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(bytes == 0 ? 1 : bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { std::free(memory); }

namespace albert::testing {
namespace {

ModelInputs ids(std::vector<std::int64_t> shape, std::int64_t step = 7) {
  ModelInputs inputs;
  inputs.input_ids = some_ids(std::move(shape), step);
  return inputs;
}

// The sentences are those of the reference's log.
TEST(ModelTest, SaysThatIdsLookPadded) {
  const std::string padded =
      "We strongly recommend passing in an `attention_mask` since your input_ids may be padded. See "
      "https://huggingface.co/docs/transformers/troubleshooting#incorrect-output-when-padding-tokens-arent-masked.";
  const auto said = [](const Json::Object& changes, std::vector<std::int64_t> values, ModelClass model_class = ModelClass::model,
                       Flavor flavor = Flavor::pytorch, bool masked = false) {
    const auto model = small_model(model_class, small_config(changes), default_device(), flavor);
    std::vector<std::int64_t> shape{2, 3};
    if (model_class == ModelClass::multiple_choice) shape.insert(shape.begin(), 1);
    ModelInputs inputs;
    inputs.input_ids = Tensor(DType::i64, shape);
    std::copy(values.begin(), values.end(), inputs.input_ids->mutable_values<std::int64_t>().begin());
    if (masked) {
      inputs.attention_mask = Tensor(DType::i64, shape);
      for (auto& one : inputs.attention_mask->mutable_values<std::int64_t>()) one = 1;
    }
    std::string all;
    const auto output = model.forward(inputs);
    for (const auto& warning : output.warnings()) all += warning;
    return all;
  };
  EXPECT_EQ(said({}, {5, 6, 7, 0, 3, 4}), padded);
  EXPECT_EQ(said({}, {5, 6, 7, 1, 3, 0}, ModelClass::masked_lm), padded);
  EXPECT_EQ(said({}, {5, 0, 7, 1, 0, 4}), "");  // only the ends are looked at
  EXPECT_EQ(said({}, {5, 6, 7, 1, 3, 0}, ModelClass::model, Flavor::pytorch, true), "");
  EXPECT_EQ(said({}, {5, 6, 7, 1, 3, 0}, ModelClass::model, Flavor::flax), "");
  EXPECT_EQ(said({}, {5, 6, 7, 1, 3, 0}, ModelClass::model, Flavor::tensorflow), "");
  EXPECT_EQ(said({{"pad_token_id", nullptr}}, {0, 6, 7, 1, 3, 0}), "");
  EXPECT_EQ(
      said({{"pad_token_id", 3}}, {5, 6, 3, 1, 3, 0}),
      padded +
          "\nYou may ignore this warning if your `pad_token_id` (3) is identical to the `bos_token_id` (2), `eos_token_id` (3), or the "
          "`sep_token_id` (None), and your input is not padded.");
  EXPECT_EQ(
      said({{"sep_token_id", 0}}, {5, 6, 7, 1, 3, 0}, ModelClass::multiple_choice),
      padded +
          "\nYou may ignore this warning if your `pad_token_id` (0) is identical to the `bos_token_id` (2), `eos_token_id` (3), or the "
          "`sep_token_id` (0), and your input is not padded.");
}

TEST(ModelTest, AMultipleChoiceArgumentOfOneAxisIsOneRowForAll) {
  const auto model = small_model(ModelClass::multiple_choice, small_config(), all_devices().front());
  ModelInputs whole = ids({2, 3, 4}), short_ones = whole;
  whole.attention_mask = Tensor::from<std::int64_t>({1, 1, 4}, {1, 0, 1, 1});
  short_ones.attention_mask = Tensor::from<std::int64_t>({4}, {1, 0, 1, 1});
  whole.token_type_ids = Tensor::from<std::int64_t>({1, 1, 4}, {0, 1, 2, 0});
  short_ones.token_type_ids = Tensor::from<std::int64_t>({4}, {0, 1, 2, 0});
  expect_same(model.forward(whole), model.forward(short_ones), "one axis");
  for (auto member : {&ModelInputs::attention_mask, &ModelInputs::token_type_ids, &ModelInputs::position_ids}) {
    ModelInputs scalar = ids({2, 3, 4});
    scalar.*member = Tensor::from<std::int64_t>({}, {1});
    expect_code(ErrorCode::index, [&] { static_cast<void>(model.forward(scalar)); });
  }
}

// Keras squeezes the logits' last axis of one when the labels are tensors.
TEST(ModelTest, TensorFlowHasNoLossForSeveralLabelsOfOneClass) {
  for (const bool legacy : {false, true}) {
    const auto config = small_config({{"num_labels", 1}, {"tf_legacy_loss", legacy}});
    const auto device = all_devices().front();
    const auto loss = [&](ModelClass model_class, std::vector<std::int64_t> shape, std::vector<std::int64_t> labels) {
      const auto model = small_model(model_class, config, device, Flavor::tensorflow);
      ModelInputs inputs = ids(std::move(shape));
      inputs.labels = Tensor(DType::i64, std::move(labels));
      return model.forward(inputs).at("loss");
    };
    const auto refuses = [&](ModelClass model_class, std::vector<std::int64_t> shape, std::vector<std::int64_t> labels) {
      expect_code(ErrorCode::value, [&] { static_cast<void>(loss(model_class, std::move(shape), std::move(labels))); });
    };
    refuses(ModelClass::token_classification, {2, 3}, {2, 3});
    refuses(ModelClass::multiple_choice, {2, 1, 3}, {2});
    EXPECT_EQ(at(loss(ModelClass::token_classification, {1, 1}, {1, 1}), 0), 0);
    EXPECT_EQ(at(loss(ModelClass::multiple_choice, {1, 1, 3}, {1}), 0), 0);
  }
}

TEST(ModelTest, ManyThreadsMayUseOneModelWithDifferentParameters) {
  const auto config = small_config();
  for (const auto& device : all_devices()) {
    const auto model = small_model(ModelClass::masked_lm, config, device);
    const std::array tunes{drawn_parameters(config, ModelClass::masked_lm, 11), drawn_parameters(config, ModelClass::masked_lm, 12)};
    std::vector<ModelInputs> inputs;
    std::vector<Tensor> expected;
    for (int i = 0; i < 6; ++i) {
      inputs.push_back(ids({1 + i % 3, 3 + i}, 5 + i));
      // Other copies of the same values, so that the shared ones are first prepared by the threads.
      expected.push_back(
          model.apply(drawn_parameters(config, ModelClass::masked_lm, 11 + static_cast<std::uint64_t>(i % 2)), inputs.back()).at("logits"));
    }
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int k = 0; k < 12; ++k) {
          const auto i = static_cast<std::size_t>((t + k) % 6);
          if (!same_bits(model.apply(tunes[i % 2], inputs[i]).at("logits"), expected[i])) ++wrong;
        }
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0) << device->description();
  }
}

TEST(ModelTest, DropoutDependsOnTheSeedAloneAndActsOnlyInTraining) {
  const auto config = small_config({{"hidden_dropout_prob", 0.3}, {"attention_probs_dropout_prob", 0.2}, {"classifier_dropout_prob", 0.4}});
  for (const auto flavor : {Flavor::pytorch, Flavor::tensorflow, Flavor::flax}) {
    Tensor law;
    for (const auto& device : all_devices()) {
      const auto model = small_model(ModelClass::token_classification, config, device, flavor);
      ForwardOptions train;
      train.train = true;
      train.dropout_seed = 5;
      const Tensor once = model.forward(ids({4, 6}), train).at("logits");
      EXPECT_TRUE(same_bits(once, model.forward(ids({4, 6}), train).at("logits"))) << device->description();
      train.dropout_seed = 6;
      EXPECT_FALSE(same_bits(once, model.forward(ids({4, 6}), train).at("logits"))) << device->description();
      const Tensor still = model.forward(ids({4, 6})).at("logits");
      EXPECT_FALSE(same_bits(once, still)) << device->description();
      if (law.size() == 0) law = once;
      for (std::int64_t i = 0; i < once.size(); ++i) EXPECT_NEAR(at(once, i), at(law, i), 1e-4) << device->description();
    }
  }
}

TEST(ModelTest, ThreadsDoNotChangeTheNumbers) {
  const auto config = small_config({{"hidden_dropout_prob", 0.3}});
  for (const auto& [isa, available] : instruction_sets()) {
    if (!available) continue;
    ForwardOptions train;
    train.train = true;
    const auto one = small_model(ModelClass::masked_lm, config, make_device({"cpu", isa, 1, DType::f32})).forward(ids({5, 9}), train);
    const auto three = small_model(ModelClass::masked_lm, config, make_device({"cpu", isa, 3, DType::f32})).forward(ids({5, 9}), train);
    expect_same(one, three, isa);
  }
}

TEST(ModelTest, ModesAreThoseOfTheReference) {
  const auto config = small_config();
  AlbertForMaskedLM fresh(config);
  EXPECT_TRUE(fresh.training());
  fresh.eval();
  EXPECT_FALSE(fresh.training());
  fresh.train();
  EXPECT_TRUE(fresh.training());
  AlbertPreTrainedModel::BuildOptions flax;
  flax.flavor = Flavor::flax;
  EXPECT_FALSE(AlbertForMaskedLM(config, flax).training());
  EXPECT_FALSE(AlbertForMaskedLM(config, drawn_parameters(config, ModelClass::masked_lm, 1)).training());
}

TEST(ModelTest, TheFirstLabelsDecideTheProblemType) {
  const auto device = make_device({"ref", "", 0, DType::f32});
  const auto model = small_model(ModelClass::sequence_classification, small_config(), device);
  auto inputs = ids({2, 4});
  inputs.labels = Tensor::from<std::int64_t>({2}, std::vector<std::int64_t>{0, 1});
  (void)model.apply(model.parameters(), inputs);
  EXPECT_EQ(model.config().problem_type(), std::nullopt);  // apply leaves the model alone
  const AlbertConfig& before = model.config();
  (void)model.forward(inputs);
  EXPECT_EQ(model.config().problem_type(), "single_label_classification");
  EXPECT_EQ(before.problem_type(), std::nullopt);  // a reader keeps what it has
  inputs.labels = Tensor::from<float>({2, 2}, std::vector<float>{0, 1, 1, 0});
  expect_code(ErrorCode::type, [&] { (void)model.forward(inputs); });
}

TEST(ModelTest, CopiesShareParametersAndChangeByThemselves) {
  const auto config = small_config();
  AlbertForMaskedLM model(config, drawn_parameters(config, ModelClass::masked_lm, 3));
  auto copy = model;
  EXPECT_EQ(copy.parameters().at("predictions.bias").data(), model.parameters().at("predictions.bias").data());
  copy.resize_token_embeddings(50);
  copy.train();
  EXPECT_EQ(model.config().vocab_size(), 37);
  EXPECT_EQ(model.parameters().at("predictions.bias").dim(0), 37);
  EXPECT_EQ(copy.parameters().at("predictions.bias").dim(0), 50);
  EXPECT_FALSE(model.training());
}

TEST(ModelTest, AfterWarmUpAForwardAllocatesItsOutputsOnly) {
  const auto config = small_config({{"hidden_size", 48}, {"vocab_size", 300}});
  for (const auto& device : all_devices()) {
    const auto model = small_model(ModelClass::masked_lm, config, device);
    const auto inputs = ids({4, 16});
    // It is warm when every thread has had a block at once, which one pass need not bring about.
    long least = std::numeric_limits<long>::max();
    for (int pass = 0; pass < 50; ++pass) {
      const long before = large_allocations;
      (void)model.forward(inputs);
      least = std::min<long>(least, large_allocations - before);
    }
    const auto output = model.forward(inputs);
    // ref is plain and may allocate; the others make one tensor.
    const long allowed = device->options().kind == "cpu" ? 1 : 1'000'000;
    EXPECT_LE(least, allowed) << device->description();
    EXPECT_EQ(output.fields().size(), 1u);
  }
}

TEST(ModelTest, ApplyRefusesParametersOfAnotherModel) {
  const auto device = make_device({"ref", "", 0, DType::f32});
  const auto model = small_model(ModelClass::masked_lm, small_config(), device);
  expect_code(ErrorCode::key, [&] { (void)model.apply(drawn_parameters(small_config(), ModelClass::model, 1), ids({1, 3})); });
  expect_code(ErrorCode::value,
              [&] { (void)model.apply(drawn_parameters(small_config({{"vocab_size", 40}}), ModelClass::masked_lm, 1), ids({1, 3})); });
}

TEST(ModelTest, OutputsAreReadByName) {
  const auto device = make_device({"ref", "", 0, DType::f32});
  const auto output = small_model(ModelClass::model, small_config(), device).forward(ids({1, 3}));
  EXPECT_TRUE(output.contains("pooler_output"));
  EXPECT_FALSE(output.contains("hidden_states"));
  expect_code(ErrorCode::key, [&] { (void)output.at("hidden_states"); });
  expect_code(ErrorCode::key, [&] { (void)output.list("pooler_output"); });
}

}  // namespace
}  // namespace albert::testing
